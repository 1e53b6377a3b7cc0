"""Text to speech without a network: eSpeak NG, which reads aloud in many languages."""
