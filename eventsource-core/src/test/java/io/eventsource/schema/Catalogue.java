package io.eventsource.schema;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;

/** All that PostgreSQL knows about the objects in the schema eventsource, as lines that can be compared. */
final class Catalogue {

    private static final String OBJECTS =
            """
            WITH class AS (SELECT * FROM pg_class WHERE relnamespace = 'eventsource'::regnamespace)
            SELECT format('relation %s kind %s persistence %s options %s owner %s rights %s', relname, relkind, relpersistence,
                          reloptions, relowner::regrole, relacl) AS line
              FROM class
            UNION ALL
            SELECT format('column %s.%s %s type %s not null %s default %s identity %s generated %s storage %s collation %s',
                          c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                          pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attstorage, a.attcollation)
              FROM class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
              LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
             WHERE c.relkind = 'r'
            UNION ALL
            SELECT format('constraint %s on %s: %s', n.conname, c.relname, pg_get_constraintdef(n.oid))
              FROM pg_constraint AS n JOIN class AS c ON c.oid = n.conrelid
            UNION ALL
            SELECT format('index %s valid %s', pg_get_indexdef(i.indexrelid), i.indisvalid)
              FROM pg_index AS i JOIN class AS c ON c.oid = i.indrelid
            UNION ALL
            SELECT format('trigger on %s enabled %s: %s', c.relname, t.tgenabled, pg_get_triggerdef(t.oid))
              FROM pg_trigger AS t JOIN class AS c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
            UNION ALL
            SELECT format('sequence %s type %s start %s from %s to %s by %s cycle %s cache %s', sequencename, data_type, start_value,
                          min_value, max_value, increment_by, cycle, cache_size)
              FROM pg_sequences WHERE schemaname = 'eventsource'
            UNION ALL
            SELECT format('function owner %s rights %s: %s', p.proowner::regrole, p.proacl, pg_get_functiondef(p.oid))
              FROM pg_proc AS p WHERE p.pronamespace = 'eventsource'::regnamespace
            UNION ALL
            SELECT format('schema owner %s rights %s', nspowner::regrole, nspacl) FROM pg_namespace WHERE nspname = 'eventsource'
            UNION ALL
            SELECT format('mark %s %s', singleton, position) FROM eventsource.high_water_mark
            UNION ALL
            SELECT format('history %s %s %s %s %s %s %s', installed_rank, version, description, type, script, checksum, success)
              FROM eventsource.eventsource_schema_history WHERE type <> 'SCHEMA'""";

    private Catalogue() {}

    static List<String> of(JdbcTemplate jdbc) {
        return jdbc.queryForList(OBJECTS, String.class).stream().sorted().toList();
    }
}
