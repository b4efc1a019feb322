"""`python -m monshin` is the command `monshin`."""

from monshin.cli import main

if __name__ == "__main__":
    main()
