"""Findings about a backup, each by its own name. The message names the object; a restore stops at the first one."""


class BackupDamaged(RuntimeError):
    """Base of all findings."""

    @property
    def name(self) -> str:
        """Return the name of the finding for reports and alerts."""
        return type(self).__name__


class ManifestUnreadable(BackupDamaged):
    """Manifest is no JSON, lacks a field, its seal does not fit, or it is another backup's: it was changed or replaced,
    or sealed with another key.
    """


class ObjectOfManifestMissing(BackupDamaged):
    """Object of a manifest is missing."""


class ObjectTruncated(BackupDamaged):
    """Object's length differs from its manifest or its own last chunk: a part or the end is missing."""


class ObjectChanged(BackupDamaged):
    """Object's bytes differ from the uploaded ones."""


class WrongBackupKey(BackupDamaged):
    """Object's key is not among `BACKUP_KEYS`, or is another one under the same name."""


class ContentDiffers(BackupDamaged):
    """Table, role or setting differs from the manifest after the restore."""


class NoBackup(RuntimeError):
    """No backup in the store."""


class SourceShrank(RuntimeError):
    """Source is suddenly empty or much smaller than its replicas: nothing was deleted, staff must decide."""


class AnotherRun(RuntimeError):
    """Another run has the lease, or staff paused the job."""


class NoRoom(RuntimeError):
    """Folder for temporary files has too little free space, or is missing; nothing was started."""
