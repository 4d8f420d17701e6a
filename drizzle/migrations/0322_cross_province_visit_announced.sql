-- A stay that was opened in settlement is announced by the platform itself, as it stands there.

alter table cross_province.incoming_stay
  -- The version of the visit the stay was announced by last; null when the hospital announced it by itself.
  add column visit_version bigint constraint visit_version_is_positive check (visit_version > 0);
grant update (visit_version) on cross_province.incoming_stay to {{cross_province.writer}};
