"""Results that go out, packed with their checksums, and results that come in, held against the present project."""
