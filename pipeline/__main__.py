"""`python -m pipeline` is `nightreel`.

Worker processes import the main module of their parent: nothing is loaded here that they do not need.
"""


def main() -> None:
    """The command."""
    from pipeline.cli import main as command  # noqa: PLC0415

    command()


if __name__ == "__main__":
    main()
