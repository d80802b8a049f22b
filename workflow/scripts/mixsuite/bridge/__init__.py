"""From patches to images: networks trained on images that oh2024's patches are drawn into."""
