"""`python -m pipeline` is `nightreel`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
