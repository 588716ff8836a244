"""Request and response models shared by functions."""
