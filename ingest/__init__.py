"""Sensors, radio, recordings, imports: everything between the bytes on the air and the signal core."""
