"""The commands, one a module: `add_arguments(parser)` declares, `run(arguments)` does and returns the exit code."""


class CommandProblem(Exception):
    """The command cannot do this; the message is one sentence that says why and what to do."""
