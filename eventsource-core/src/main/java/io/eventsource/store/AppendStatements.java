package io.eventsource.store;

import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.store.EventStore.AppendGroupListener;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;

/** Appends whose events are inserted at once: each call is one statement. Thread-safe. */
final class AppendStatements implements GroupCommit.Port {

    private final JdbcOperations joining;
    private final JdbcOperations detached;
    private final AppendSql sql;
    private final HighWaterMark highWaterMark;
    private final AppendGroupListener groups;

    AppendStatements(EventDatabase database, HighWaterMark highWaterMark, AppendGroupListener groups) {
        this.joining = database.joining();
        this.detached = database.detached();
        this.sql = new AppendSql(database.schema());
        this.highWaterMark = highWaterMark;
        this.groups = groups;
    }

    /** In the calling thread's transaction; an outcome for each append, or nulls but for the one that was refused. */
    List<@Nullable AppendOutcome> appendJoining(List<EncodedAppend> appends) {
        return append(joining, appends);
    }

    /** In a commit of their own, likewise. */
    List<@Nullable AppendOutcome> appendDetached(List<EncodedAppend> appends) {
        return append(detached, appends);
    }

    private List<@Nullable AppendOutcome> append(JdbcOperations jdbc, List<EncodedAppend> appends) {
        return translating(
                appends.get(0),
                jdbc,
                connection -> appends.size() == 1 && appends.get(0).rows().size() == 1
                        ? List.of(sql.appendEvent(connection, appends.get(0), true))
                        : sql.appendEvents(connection, appends, true));
    }

    @Override
    public AppendOutcome appendAlone(EncodedAppend append) {
        return Objects.requireNonNull(appendDetached(List.of(append)).get(0));
    }

    @Override
    public List<@Nullable AppendOutcome> appendGroup(List<EncodedAppend> group) {
        EncodedAppend first = group.get(0);
        List<@Nullable AppendOutcome> outcomes = translating(first, detached, connection -> {
            if (group.size() > 1 || first.rows().size() > 1) {
                return sql.appendGroup(connection, group);
            }
            AppendOutcome outcome = sql.appendEvent(connection, first, false);
            return Collections.singletonList(outcome.busy() ? null : outcome);
        });
        groups.onGroup(
                group.size(),
                group.stream().mapToInt(each -> each.rows().size()).sum());
        return outcomes;
    }

    private <T> T translating(EncodedAppend append, JdbcOperations jdbc, ConnectionCallback<T> action) {
        return AppendFailures.translating(append.append(), highWaterMark, () -> jdbc.execute(action));
    }
}
