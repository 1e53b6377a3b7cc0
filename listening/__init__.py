"""Music → what a film can be cut to: beats, bars, sections, energy. Knows samples, and no file."""
