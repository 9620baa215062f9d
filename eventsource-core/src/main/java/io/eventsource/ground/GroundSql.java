package io.eventsource.ground;

/** The two statements that ask, and those that stand in for a part of the second. Each answers rows of kind, name and value. */
final class GroundSql {

    /** Plain enough for whatever answers in PostgreSQL's protocol and claims a version of it. */
    static final String SERVER =
            """
            SELECT 'server' AS kind, 'version' AS name, pg_catalog.version() AS value
            UNION ALL SELECT 'server', 'recovery', pg_catalog.pg_is_in_recovery()::text
            UNION ALL SELECT 'server', 'process', pg_catalog.pg_backend_pid()::text
            UNION ALL SELECT 'server', 'iam-mappings', (pg_catalog.to_regclass('sys.iam_pg_role_mappings') IS NOT NULL)::text
            UNION ALL SELECT 'setting', s, pg_catalog.current_setting(s, true) FROM unnest(?::text[]) AS s""";

    /** For a server that does not understand {@link #SERVER}. */
    static final String VERSION = "SELECT version()";

    /**
     * Reads the catalogue, so that nothing of it fails for a table that is missing or may not be read.
     */
    static final String CATALOGUE =
            """
            WITH t AS (
                SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relowner,
                       pg_catalog.has_table_privilege(c.oid, 'SELECT')
                           AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS readable
                  FROM pg_catalog.pg_class AS c
                  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE n.nspname = '{schema}' AND c.relname = ANY (?::text[])),
            e AS (SELECT * FROM t WHERE relname = 'events'),
            q AS (
                SELECT s.*, pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT')
                            AND (SELECT pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
                                   FROM pg_catalog.pg_class AS c WHERE c.oid = s.seqrelid) AS readable
                  FROM e
                  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = e.oid AND a.attname = 'position'
                  JOIN pg_catalog.pg_depend AS d ON d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = e.oid
                       AND d.refobjsubid = a.attnum AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('i', 'a')
                  JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = d.objid)
            SELECT 'table' AS kind, relname::text AS name, relkind::text || relpersistence::text AS value FROM t
            UNION ALL SELECT 'rules', relname, EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = t.oid)::text FROM t
            UNION ALL SELECT 'hidden', relname,
                             (pg_catalog.row_security_active(oid)
                              AND (EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = t.oid AND NOT p.polpermissive)
                                   OR NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p
                                                   WHERE p.polrelid = t.oid AND p.polcmd IN ('r', '*')
                                                     AND pg_catalog.pg_get_expr(p.polqual, p.polrelid) = 'true'
                                                     AND EXISTS (SELECT FROM unnest(p.polroles) AS o (id)
                                                                  WHERE o.id = 0 OR pg_catalog.pg_has_role(o.id, 'USAGE')))))::text
                        FROM t WHERE relkind IN ('r', 'p')
            UNION ALL SELECT 'children', t.relname, count(*)::text
                        FROM t JOIN pg_catalog.pg_inherits AS i ON t.oid IN (i.inhparent, i.inhrelid) GROUP BY t.relname
            UNION ALL SELECT 'readable', relname, (readable AND relkind = 'r')::text FROM t
            UNION ALL SELECT 'citus', 'there', (pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL)::text
            UNION ALL SELECT 'column', t.relname || '.' || a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
                             || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
                             || CASE WHEN a.attidentity = 'a' THEN ' identity' ELSE '' END
                        FROM t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid
                       WHERE a.attnum > 0 AND NOT a.attisdropped
            UNION ALL SELECT 'unique', u.name, bool_or(u.usable)::text
                        FROM (SELECT t.relname || '(' || (SELECT string_agg(a.attname, ',' ORDER BY a.attname)
                                       FROM pg_catalog.pg_attribute AS a
                                      WHERE a.attrelid = t.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) || ')' AS name,
                                     i.indisvalid AND i.indisready AND i.indimmediate AND i.indpred IS NULL
                                         AND i.indexprs IS NULL AS usable
                                FROM t JOIN pg_catalog.pg_index AS i ON i.indrelid = t.oid WHERE i.indisunique) AS u
                       GROUP BY u.name
            UNION ALL SELECT 'trigger', t.relname || '.' || g.tgname,
                             g.tgenabled::text || ' ' || g.tgtype || ' ' || p.proname || ' ' || coalesce(g.tgqual IS NOT NULL, false)
                        FROM t JOIN pg_catalog.pg_trigger AS g ON g.tgrelid = t.oid AND NOT g.tgisinternal
                        JOIN pg_catalog.pg_proc AS p ON p.oid = g.tgfoid
            UNION ALL SELECT 'function', p.proname, CASE WHEN p.proowner = e.relowner THEN 'of the owner'
                                                         ELSE pg_catalog.pg_get_userbyid(p.proowner) END
                        FROM e CROSS JOIN pg_catalog.pg_proc AS p
                        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = '{schema}'
            UNION ALL SELECT 'sequence', x.name, x.value
                        FROM q CROSS JOIN LATERAL (VALUES
                             ('name', q.seqrelid::regclass::text), ('increment', q.seqincrement::text), ('cache', q.seqcache::text),
                             ('cycle', q.seqcycle::text), ('maximum', q.seqmax::text), ('readable', q.readable::text)) AS x (name, value)
            UNION ALL SELECT 'role', 'name', current_user
            UNION ALL SELECT 'role', 'superuser', r.rolsuper::text FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
            UNION ALL SELECT 'role', 'owner', pg_catalog.pg_has_role(e.relowner, 'USAGE')::text FROM e
            UNION ALL SELECT 'right', 'USAGE ON SCHEMA {schema}', pg_catalog.has_schema_privilege(n.oid, 'USAGE')::text
                        FROM pg_catalog.pg_namespace AS n WHERE n.nspname = '{schema}'
            UNION ALL SELECT 'right', 'SELECT ON {schema}.' || c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT')::text
                        FROM pg_catalog.pg_class AS c
                        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = '{schema}'
                       WHERE c.relname = 'eventsource_schema_history'
            UNION ALL SELECT 'right', r.privilege || ' ON {schema}.' || r.relation,
                             pg_catalog.has_table_privilege(t.oid, r.privilege)::text
                        FROM unnest(?::text[], ?::text[]) AS r (relation, privilege) JOIN t ON t.relname = r.relation
            UNION ALL SELECT 'right', 'INSERT (' || string_agg(a.attname, ', ' ORDER BY a.attnum) || ') ON {schema}.events', 'false'
                        FROM e JOIN pg_catalog.pg_attribute AS a ON a.attrelid = e.oid
                       WHERE a.attname = ANY (?::text[]) AND NOT pg_catalog.has_column_privilege(e.oid, a.attnum, 'INSERT')
                      HAVING count(*) > 0
            UNION ALL SELECT 'right', 'EXECUTE ON FUNCTION ' || p.oid::regprocedure, 'false'
                        FROM pg_catalog.pg_proc AS p
                        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = '{schema}'
                       WHERE p.proname = ANY (?::text[]) AND NOT pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
            UNION ALL SELECT 'excess', x.name, x.value
                        FROM e CROSS JOIN LATERAL (VALUES
                             ('INSERT (position) ON {schema}.events', pg_catalog.has_column_privilege(e.oid, 'position', 'INSERT')::text),
                             ('UPDATE ON {schema}.events', pg_catalog.has_any_column_privilege(e.oid, 'UPDATE')::text),
                             ('DELETE ON {schema}.events', pg_catalog.has_table_privilege(e.oid, 'DELETE')::text),
                             ('TRUNCATE ON {schema}.events', pg_catalog.has_table_privilege(e.oid, 'TRUNCATE')::text)) AS x (name, value)
                       WHERE EXISTS (SELECT FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = e.oid AND a.attname = 'position')
            UNION ALL SELECT 'excess', 'UPDATE ON {schema}.high_water_mark', pg_catalog.has_any_column_privilege(t.oid, 'UPDATE')::text
                        FROM t WHERE t.relname = 'high_water_mark'
            UNION ALL SELECT 'excess', 'UPDATE ON SEQUENCE ' || q.seqrelid::regclass,
                             pg_catalog.has_sequence_privilege(q.seqrelid, 'UPDATE')::text FROM q""";

    /**
     * The catalogue, and what is read of the tables and the sequence where that is possible: all of it is seen in one snapshot, and
     * the sequence not before it.
     */
    static final String SCHEMA = CATALOGUE
            + """

            UNION ALL SELECT 'distributed', 'tables', substring(pg_catalog.query_to_xml(
                             'SELECT string_agg(p.logicalrelid::regclass::text, '', '') AS v FROM pg_catalog.pg_dist_partition AS p WHERE p.logicalrelid::oid IN ('
                             || (SELECT string_agg(oid::text, ', ') FROM t) || ')', true, false, '')::text FROM '<v>([^<]*)</v>')
                       WHERE pg_catalog.to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AND EXISTS (SELECT FROM t)
            UNION ALL SELECT 'sequence', 'last', CASE WHEN q.readable THEN substring(pg_catalog.query_to_xml(
                                 'SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END AS v FROM ' || q.seqrelid::regclass,
                                 true, false, '')::text FROM '<v>([^<]*)</v>') END FROM q
            UNION ALL SELECT 'log', 'highest', substring(pg_catalog.query_to_xml(
                             'SELECT max(position) AS v FROM {schema}.events', true, false, '')::text FROM '<v>([^<]*)</v>')
                        FROM e WHERE e.readable AND e.relkind = 'r'
            UNION ALL SELECT 'log', 'highWaterMark', substring(pg_catalog.query_to_xml(
                             'SELECT max(position) AS v FROM {schema}.high_water_mark', true, false, '')::text FROM '<v>([^<]*)</v>')
                        FROM t WHERE t.relname = 'high_water_mark' AND t.readable AND t.relkind = 'r'""";

    /** One value, in plain words for a server or a user without {@code query_to_xml}. */
    static final String HIGHEST = "SELECT max(position)::text FROM {schema}.events";

    static final String HIGH_WATER_MARK = "SELECT max(position)::text FROM {schema}.high_water_mark";

    static final String LAST = "SELECT (CASE WHEN is_called THEN last_value ELSE last_value - 1 END)::text FROM %s";

    static final String DISTRIBUTED =
            """
            SELECT string_agg(p.logicalrelid::regclass::text, ', ')
              FROM pg_catalog.pg_dist_partition AS p
              JOIN pg_catalog.pg_class AS c ON c.oid = p.logicalrelid::oid
              JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = '{schema}'""";

    /** Reads every stream, and of each the events at the end of it by index. */
    static final String STREAMS =
            """
            SELECT s.aggregate_id::text, s.version,
                   (SELECT coalesce(max(e.version), 0) FROM {schema}.events AS e WHERE e.aggregate_id = s.aggregate_id) AS stored
              FROM {schema}.event_streams AS s
             WHERE NOT EXISTS (SELECT FROM {schema}.events AS e
                                WHERE e.aggregate_id = s.aggregate_id AND e.version = s.version)
                OR EXISTS (SELECT FROM {schema}.events AS e
                            WHERE e.aggregate_id = s.aggregate_id AND e.version = s.version + 1)
             LIMIT ?""";

    private GroundSql() {}
}
