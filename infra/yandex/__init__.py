"""The deployer for Yandex Cloud: what is wanted, what is there, the steps between them.

The state is read from the cloud and from nowhere else, so that a run that broke goes on where it was, on any machine.
"""
