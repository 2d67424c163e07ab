"""The wall: what up to sixteen racks do, on one screen."""
