"""`python -m hairdensity` is the command line."""

from hairdensity.cli import main

if __name__ == "__main__":
    main()
