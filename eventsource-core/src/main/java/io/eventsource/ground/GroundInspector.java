package io.eventsource.ground;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.schema.EventSourceSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.postgresql.PGConnection;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Asks whether the database is what the guarantees assume, in one statement about the server and this session, and one about the
 * schema. What the server answers with an error is a finding of its own, {@code ground-unknown}. Reads the catalogue, one end of the log and the sequence; takes no lock that anybody waits for. Thread-safe.
 */
public final class GroundInspector {

    private final JdbcOperations jdbc;
    private final EventSourceSchema schema;
    private final SchemaQuestions questions;
    private final Set<String> accepted;

    /**
     * Creates an inspector. No connection is opened.
     *
     * @param jdbc access to the database, as the user that appends
     * @param schema where the tables are
     * @param accepted codes of findings whose risk is taken on: they are not refused, but warned of
     * @throws IllegalArgumentException when there is no finding of such a code, or it cannot be accepted
     */
    public GroundInspector(JdbcOperations jdbc, EventSourceSchema schema, Collection<String> accepted) {
        this.jdbc = jdbc;
        this.schema = schema;
        this.questions = new SchemaQuestions(jdbc, schema);
        this.accepted = Set.copyOf(accepted);
        for (String code : accepted) {
            if (!Expected.ACCEPTABLE.contains(code)) {
                throw new IllegalArgumentException(
                        "eventsource.ground.accept knows no finding '%s' that can be accepted. These can: %s"
                                .formatted(code, String.join(", ", Expected.ACCEPTABLE)));
            }
        }
    }

    /**
     * Asks everything, in two statements.
     *
     * @return what was found
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public GroundReport inspect() {
        GroundReport server = inspectServer();
        return server.of(Severity.REFUSE).isEmpty() ? server.and(inspectSchema()) : server;
    }

    /**
     * Asks what server this is and how this session is set, in one statement. Needs no tables.
     *
     * @return what was found
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public GroundReport inspectServer() {
        return judgeServer().accepting(accepted);
    }

    private GroundReport judgeServer() {
        try {
            return ServerRules.judge(Objects.requireNonNull(jdbc.execute(this::askServer)));
        } catch (DataAccessException failure) {
            String state = ServerAnswers.state(failure);
            if (state == null) {
                throw failure;
            }
            return judgeByVersion(state);
        }
    }

    /** Somebody answers who does not know PostgreSQL's functions, most likely with another name, or who may not call them. */
    private GroundReport judgeByVersion(String state) {
        GroundReport unknown =
                new GroundReport(List.of(ServerAnswers.unknown("the server and the settings of this session", state)));
        try {
            String version = jdbc.queryForObject(GroundSql.VERSION, String.class);
            GroundReport report = ServerRules.judge(new Facts().put("server", "version", version));
            return report.of(Severity.REFUSE).isEmpty() ? report.and(unknown) : report;
        } catch (DataAccessException failure) {
            if (ServerAnswers.state(failure) == null) {
                throw failure;
            }
            return unknown;
        }
    }

    /**
     * Asks for the tables, the sequence, triggers, functions and rights, in one statement; in some more where the server is built without
     * libxml, or this user may not call {@code query_to_xml}.
     *
     * @return what was found; that the tables are missing is one finding
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    public GroundReport inspectSchema() {
        List<Finding> findings = new ArrayList<>();
        Facts facts = questions.ask(findings);
        if (facts != null) {
            findings.addAll(TableRules.judge(facts, schema));
            if (!facts.all("table").isEmpty()) {
                findings.addAll(SequenceRules.judge(facts, schema));
                findings.addAll(RoleRules.judge(facts));
            }
        }
        return new GroundReport(findings).accepting(accepted);
    }

    /**
     * Looks for streams whose row does not fit their events, in one statement that reads every stream: for a doctor, not for a probe.
     *
     * @param limit how many streams at most
     * @return a finding for each
     * @throws org.springframework.dao.DataAccessException when the database is out of reach or a table is missing
     */
    public GroundReport inspectStreams(int limit) {
        return new GroundReport(jdbc.query(
                schema.sql(GroundSql.STREAMS),
                (row, number) -> StreamRules.judge(schema, row.getString(1), row.getLong(2), row.getLong(3)),
                limit));
    }

    /** What the driver was told of the session, too: a pooler gives each connection a process number of its own. */
    private Facts askServer(Connection connection) throws SQLException {
        JdbcOperations same = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
        Facts facts = ask(same, GroundSql.SERVER, (Object) array(Expected.SETTINGS));
        if (connection.isWrapperFor(PGConnection.class)) {
            int told = connection.unwrap(PGConnection.class).getBackendPID();
            facts.put("driver", "process", String.valueOf(told));
        }
        return facts;
    }

    static Facts ask(JdbcOperations jdbc, String sql, Object... arguments) {
        Facts facts = new Facts();
        jdbc.query(
                sql,
                row -> {
                    facts.put(row.getString(1), row.getString(2), row.getString(3));
                },
                arguments);
        return facts;
    }

    static String[] array(List<String> values) {
        return values.toArray(String[]::new);
    }
}
