"""The lifts that Upright knows, one module per family; `analysis.exercises` collects them.

To add a lift, add one entry to the module of its family and nothing else: its fields are explained in
`analysis.lifts.entry.Exercise`, with a template in ``docs/exercises.md``. Usual ranges of motion are bounds
of plausibility, wide on purpose; they come from published bar displacements of adults and are used to reject
what cannot be a rep of the lift, never to correct a result.
"""
