package io.eventsource.benchmarks;

import io.eventsource.store.EventStoreSettings.AppendTiming;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** Everybody who takes part, each made when a row first asks for it. */
public final class Contenders {

    private final Server server;
    private final BenchmarkSettings settings;
    private final Map<String, Object> made = new HashMap<>();

    /**
     * Creates the list.
     *
     * @param server where their databases are made
     * @param settings how large their stores are
     */
    Contenders(Server server, BenchmarkSettings settings) {
        this.server = server;
        this.settings = settings;
    }

    EventsourceContender eventsource() {
        return once("eventsource", database -> new EventsourceContender(database, AppendTiming.DEFERRED));
    }

    EventsourceContender immediate() {
        return once("immediate", database -> new EventsourceContender(database, AppendTiming.IMMEDIATE));
    }

    EventsourceContender atCommit() {
        return once("at_commit", database -> new EventsourceContender(database, AppendTiming.AT_COMMIT));
    }

    EventsourceContender large() {
        return once("large", database -> new EventsourceContender(database, AppendTiming.DEFERRED));
    }

    AxonContender axon() {
        return once("axon", AxonContender::new);
    }

    PlainContender plain() {
        return once("plain", PlainContender::new);
    }

    StatementContender plainStatement() {
        return once("plain_statement", StatementContender::new);
    }

    EventsourceSubscriber eventsourceSubscriber() {
        return once("eventsource_subscriber", EventsourceSubscriber::in);
    }

    AxonSubscriber axonSubscriber() {
        return once("axon_subscriber", AxonSubscriber::in);
    }

    /** A database of no concern to anybody. */
    Database elsewhere() {
        return once("elsewhere", database -> database);
    }

    /** The database of applications that start. */
    Database startUp() {
        return once("start_up", database -> database);
    }

    /** A folder that is removed at the end. */
    Path folder(String name) {
        return server.folder(name);
    }

    /** How large the stores are. */
    public BenchmarkSettings settings() {
        return settings;
    }

    /** One that takes part in a database of its own, made when it is first asked for. */
    @SuppressWarnings("unchecked")
    public <T> T once(String name, Function<Database, T> make) {
        return (T) made.computeIfAbsent(name, absent -> make.apply(server.database(name)));
    }
}
