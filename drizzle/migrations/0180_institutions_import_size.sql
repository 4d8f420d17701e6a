-- A file in an archive has more bytes than the archive: how far it is read is known once it was unpacked.
grant update (size) on institutions.import_job to {{institutions.writer}};
