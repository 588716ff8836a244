"""What is wrong with a backup, each by its own name. The message names the object; nothing is restored past one."""


class BackupDamaged(RuntimeError):
    """The base of all findings."""

    @property
    def name(self) -> str:
        """The finding by name, as reports and alerts show it."""
        return type(self).__name__


class ManifestUnreadable(BackupDamaged):
    """A manifest is no JSON, lacks a field, or its seal does not fit: it was changed, or sealed with another key."""


class ObjectOfManifestMissing(BackupDamaged):
    """A manifest names an object that is not there."""


class ObjectTruncated(BackupDamaged):
    """An object has another length than its manifest or its own last chunk says: a part or the end is missing."""


class ObjectChanged(BackupDamaged):
    """An object has other bytes than those that were uploaded."""


class WrongBackupKey(BackupDamaged):
    """An object was encrypted with a key that is not among `BACKUP_KEYS`, or is another one under the same name."""


class ContentDiffers(BackupDamaged):
    """A table, a role or a setting was restored otherwise than the manifest says."""


class NoBackup(RuntimeError):
    """There is no backup to work with."""


class SourceShrank(RuntimeError):
    """The source is suddenly empty or much smaller than its copies: nothing was deleted, a person must look."""


class AnotherRun(RuntimeError):
    """Another run has the lease, or a person has paused the job."""


class LeaseLost(RuntimeError):
    """The lease went to somebody else, or a person has paused the job: this run stops and deletes nothing."""
