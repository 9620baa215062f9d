package io.eventsource.store;

import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.HighWaterMark;
import io.eventsource.signal.LogSignal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;

/** Appends in two steps of the calling thread's transaction: streams are advanced at once, events inserted before the commit. Thread-safe. */
final class DeferredInserts implements DeferredAppends.Insert {

    private final JdbcOperations joining;
    private final AppendSql sql;
    private final DeferredAppendSql deferredSql;
    private final HighWaterMark highWaterMark;
    private final LogSignal signal;
    private final Duration idleInTransactionTimeout;

    DeferredInserts(
            EventDatabase database, HighWaterMark highWaterMark, LogSignal signal, Duration idleInTransactionTimeout) {
        this.joining = database.joining();
        this.sql = new AppendSql(database.schema());
        this.deferredSql = new DeferredAppendSql(database.schema());
        this.highWaterMark = highWaterMark;
        this.signal = signal;
        this.idleInTransactionTimeout = idleInTransactionTimeout;
    }

    /** Moves the streams on. */
    DeferredAppendSql.Advanced advance(List<EncodedAppend> appends, DeferredAppendSql.Mark mark) {
        return translating(appends.get(0), connection -> {
            if (appends.size() > 1) {
                return deferredSql.advanceStreams(connection, appends, mark);
            }
            DeferredAppendSql.Advanced advanced = deferredSql.advanceStream(connection, appends.get(0), mark);
            AppendOutcome outcome = Objects.requireNonNull(advanced.outcomes().get(0));
            // what was appended before has positions to look up
            return outcome.duplicate()
                    ? new DeferredAppendSql.Advanced(sql.appendEvents(connection, appends, false), advanced.marked())
                    : advanced;
        });
    }

    @Override
    public void insert(List<DeferredAppends.Pending> pending, String mark) {
        translating(pending.get(0).append(), connection -> {
            deferredSql.insertDeferredEvents(connection, pending, idleInTransactionTimeout, mark);
            return pending.size();
        });
        signal.raiseAfterCommit();
    }

    @Override
    public void append(List<EncodedAppend> pending) {
        AppendOutcome.requireAccepted(
                pending,
                translating(
                        pending.get(0),
                        connection -> sql.appendBeforeCommit(connection, pending, idleInTransactionTimeout)));
        signal.raiseAfterCommit();
    }

    private <T> T translating(EncodedAppend append, ConnectionCallback<T> action) {
        return AppendFailures.translating(append.append(), highWaterMark, () -> joining.execute(action));
    }
}
