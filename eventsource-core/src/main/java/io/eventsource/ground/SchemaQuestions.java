package io.eventsource.ground;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.schema.EventSourceSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Asks about the schema in one statement; where the server cannot answer that (it is built without libxml, or
 * the user may not call {@code query_to_xml}), asks the catalogue, and then for each value in a statement of its own.
 */
final class SchemaQuestions {

    /** Not supported, no right to a function, no such function: the same statement is answered in the same way again. */
    private static final Set<String> LASTING = Set.of("0A000", "42501", "42883");

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private volatile boolean plain;

    SchemaQuestions(JdbcOperations jdbc, EventSourceSchema schema) {
        this.jdbc = jdbc;
        this.schema = schema;
    }

    /**
     * The answers, or null when not even the catalogue is known.
     *
     * @param unknown takes what could not be asked
     */
    @Nullable Facts ask(List<Finding> unknown) {
        if (!plain) {
            try {
                return ask(GroundSql.SCHEMA);
            } catch (DataAccessException failure) {
                plain = LASTING.contains(requireAnswer(failure));
            }
        }
        try {
            Facts facts = ask(GroundSql.CATALOGUE);
            askValues(facts, unknown);
            return facts;
        } catch (DataAccessException failure) {
            plain = false;
            unknown.add(ServerAnswers.unknown("the schema '%s'".formatted(schema.name()), requireAnswer(failure)));
            return null;
        }
    }

    private static String requireAnswer(DataAccessException failure) {
        String state = ServerAnswers.state(failure);
        if (state == null) {
            throw failure;
        }
        return state;
    }

    private Facts ask(String sql) {
        List<String> relations = new ArrayList<>();
        List<String> privileges = new ArrayList<>();
        Expected.RIGHTS.forEach((relation, rights) -> rights.forEach(right -> {
            relations.add(relation);
            privileges.add(right);
        }));
        return GroundInspector.ask(
                jdbc,
                schema.sql(sql),
                GroundInspector.array(Expected.TABLES),
                GroundInspector.array(relations),
                GroundInspector.array(privileges),
                GroundInspector.array(Expected.APPENDED),
                GroundInspector.array(Expected.CALLED));
    }

    /** The sequence last: whatever position was seen before has been drawn by then. */
    private void askValues(Facts facts, List<Finding> unknown) {
        if (facts.is("citus", "there", "true")) {
            askValue(facts, unknown, "distributed", "tables", GroundSql.DISTRIBUTED);
        }
        if (facts.is("readable", "events", "true")) {
            askValue(facts, unknown, "log", "highest", GroundSql.HIGHEST);
        }
        if (facts.is("readable", "high_water_mark", "true")) {
            askValue(facts, unknown, "log", "highWaterMark", GroundSql.HIGH_WATER_MARK);
        }
        if (facts.is("sequence", "readable", "true")) {
            // quoted by the server where that is needed
            String name = String.valueOf(facts.value("sequence", "name"));
            askValue(facts, unknown, "sequence", "last", GroundSql.LAST.formatted(name));
        }
    }

    private void askValue(Facts facts, List<Finding> unknown, String kind, String name, String sql) {
        try {
            facts.put(kind, name, jdbc.queryForObject(schema.sql(sql), String.class));
        } catch (DataAccessException failure) {
            String what = "%s (%s) of the schema '%s'".formatted(kind, name, schema.name());
            unknown.add(ServerAnswers.unknown(what, requireAnswer(failure)));
        }
    }
}
