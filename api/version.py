"""The version of newsfacts, as installed."""

from importlib.metadata import version

VERSION = version("newsfacts")
