"""What can be wrong with the data that a user gave."""


class DatasetError(ValueError):
    """A dataset's files are missing, damaged or not what they should be; the text names the file."""
