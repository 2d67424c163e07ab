"""A lifter, a bar, a MEMS sensor, its firmware and its radio: everything that stands in for the hardware.

Imports none of the other packages. The wire format is written from ``docs/wire_protocol.md``, never from the
decoder.
"""
