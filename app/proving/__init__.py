"""The proof of a change of the schema, on a copy of the data: up, living with it, down again, and how long
which lock is held.
"""
