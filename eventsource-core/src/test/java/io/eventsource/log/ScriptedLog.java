package io.eventsource.log;

import io.eventsource.log.HighWaterMark.LogWriter;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;

/** A log in memory whose transactions a test moves step by step, also between two statements of the mark. */
final class ScriptedLog implements LogEvidence {

    private final NavigableSet<Long> visible = new TreeSet<>();
    private final Map<String, Set<Long>> open = new TreeMap<>();
    private long drawn;
    private long published;
    private @Nullable UUID incarnation;
    private int statements;
    private boolean unreachable;
    private boolean refusesPublishing;
    private @Nullable Long sequence;
    private @Nullable Runnable beforeEachStatement;

    /** A transaction takes its lock on the table and draws positions. */
    ScriptedLog draw(String transaction, int count) {
        Set<Long> positions = open.computeIfAbsent(transaction, name -> new TreeSet<>());
        for (int i = 0; i < count; i++) {
            positions.add(++drawn);
        }
        return this;
    }

    ScriptedLog commit(String transaction) {
        visible.addAll(remove(transaction));
        return this;
    }

    ScriptedLog rollback(String transaction) {
        remove(transaction);
        return this;
    }

    private Set<Long> remove(String transaction) {
        Set<Long> positions = open.remove(transaction);
        if (positions == null) {
            throw new IllegalArgumentException("No transaction " + transaction);
        }
        return positions;
    }

    ScriptedLog append(int count) {
        return draw("append", count).commit("append");
    }

    /** A prepared transaction survives a restart under another virtual id. */
    void rename(String transaction, String name) {
        open.put(name, remove(transaction));
    }

    /** A crash or a failover loses everything behind a position. */
    void loseBehind(long position) {
        visible.tailSet(position, false).clear();
        open.clear();
        drawn = position;
    }

    /** A single event is gone: its transaction committed last before a crash, although its position is lower. */
    void lose(long position) {
        visible.remove(position);
    }

    /** A crash loses everything behind a position, and the incarnation's name with it. */
    void crashBehind(long position) {
        loseBehind(position);
        incarnation = null;
    }

    /** What the sequence says; null when it may not be read. */
    void sequenceAt(@Nullable Long lastDrawn) {
        sequence = lastDrawn;
    }

    void reachable(boolean reachable) {
        unreachable = !reachable;
    }

    /** The user may not publish. */
    void refusePublishing(boolean refuse) {
        refusesPublishing = refuse;
    }

    void beforeEachStatement(Runnable step) {
        beforeEachStatement = step;
    }

    Set<String> openTransactions() {
        return new TreeSet<>(open.keySet());
    }

    NavigableSet<Long> visible() {
        return new TreeSet<>(visible);
    }

    int statements() {
        return statements;
    }

    private void statement() {
        if (beforeEachStatement != null) {
            beforeEachStatement.run();
        }
        statements++;
        if (unreachable) {
            throw new DataAccessResourceFailureException("the server is down");
        }
    }

    @Override
    public Sight from(long position, int limit) {
        statement();
        List<Long> positions =
                visible.tailSet(position, true).stream().limit(limit).toList();
        return new Sight(positions, positions.isEmpty() ? null : incarnation, sequence);
    }

    @Override
    public long lastDrawn() {
        statement();
        return sequence == null ? 0 : sequence;
    }

    @Override
    public @Nullable UUID incarnation() {
        statement();
        return incarnation;
    }

    @Override
    public void nameIncarnation() {
        statement();
        incarnation = incarnation == null ? UUID.randomUUID() : incarnation;
    }

    @Override
    public long highestPosition() {
        statement();
        return visible.isEmpty() ? 0 : visible.last();
    }

    @Override
    public long publishedHighWaterMark() {
        statement();
        return published;
    }

    @Override
    public void publish(long mark) {
        statement();
        if (refusesPublishing) {
            throw new PermissionDeniedDataAccessException(
                    "permission denied for function publish_high_water_mark",
                    new SQLException("publish_high_water_mark", "42501"));
        }
        published = mark;
    }

    long published() {
        return published;
    }

    @Override
    public Set<String> writers() {
        statement();
        return new HashSet<>(open.keySet());
    }

    @Override
    public List<LogWriter> describeWriters() {
        return open.keySet().stream()
                .map(name -> new LogWriter(name, null, null, null, null, null, null, null))
                .collect(Collectors.toList());
    }
}
