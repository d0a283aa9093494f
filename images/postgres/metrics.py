"""
What a member measures of its disk, and of the WAL on it that waits for somebody, beside Patroni's own metrics and at the same address
(/metrics). infra/monitoring/metrics.ts names them. Where Postgres does not answer they are left out, as an old number would mislead.
"""

# A row for each sample: its metric, the slot that it is of, if any, and its value. Sizes and places are bytes.
SAMPLES = """
    SELECT 'embassy_disk_used_bytes', NULL,
           (SELECT sum(pg_database_size(oid)) FROM pg_database) + (SELECT sum(size) FROM pg_ls_waldir())
     UNION ALL
    SELECT 'embassy_wal_position_bytes', NULL, pg_wal_lsn_diff(
           CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, '0/0')
     UNION ALL
    SELECT 'embassy_wal_waiting_segments', NULL, count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'
     UNION ALL
    SELECT 'embassy_slot_active', slot_name, active::int FROM pg_replication_slots
     UNION ALL
    SELECT 'embassy_slot_left_bytes', slot_name, safe_wal_size FROM pg_replication_slots WHERE safe_wal_size IS NOT NULL
     ORDER BY 1, 2"""


def exposition(rows):
    """https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format"""
    lines, before = [], None
    for metric, slot, value in rows:
        if metric != before:
            lines.append('# TYPE {0} gauge'.format(metric))
        before = metric
        lines.append('{0}{1} {2}'.format(metric, '{{slot="{0}"}}'.format(slot) if slot else '', value))
    return ''.join(line + '\n' for line in lines)


def measure(disk):
    """Has Patroni tell these, too. `disk` is the size that is declared for the member's disk, in bytes."""
    from patroni.api import RestApiHandler
    inherited = RestApiHandler.do_GET_metrics

    def own(handler):
        try:
            return exposition([('embassy_disk_size_bytes', None, disk)] + handler.query(SAMPLES))
        except Exception as error:
            print('the disk was not measured: {0}'.format(error), flush=True)
            return ''

    def do_GET_metrics(self):
        write = self.write_response
        self.write_response = lambda status, text, **how: write(status, text + own(self), **how)
        try:
            inherited(self)
        finally:
            del self.write_response

    RestApiHandler.do_GET_metrics = do_GET_metrics
