"""What can be wrong with what a user gave, each as one sentence that a program prints without a traceback."""


class SettingError(ValueError):
    """A setting is missing, unknown or out of range; the text names it, what was found and what is expected."""


class DatasetError(ValueError):
    """A dataset's files are missing, damaged or not what they should be; the text names the file."""
