"""A sensor that answers a driver's start-up, for tests."""

from ingest.devices.driver import Ask, Read, Write


def run_start(driver, answer):
    """Do every step; ``answer`` gives the bytes for `Read` and `Ask`. Return the steps."""
    steps, startup = [], driver.start()
    reply = None
    while True:
        try:
            step = next(startup) if reply is None else startup.send(reply)
        except StopIteration:
            return steps
        steps.append(step)
        reply = answer(step) if isinstance(step, Read | Ask) else b""


def written(steps):
    """Bytes that were written, in order, with their channels."""
    return [
        (write.channel, write.payload)
        for write in (step.write if isinstance(step, Ask) else step for step in steps)
        if isinstance(write, Write)
    ]
