package io.eventsource.benchmarks;

import java.util.List;
import java.util.UUID;

/** A caller that fills stream after stream, ten appends each, with exact versions. */
public final class StreamWriter implements Callers.Call {

    private static final int APPENDS_PER_STREAM = 10;

    private final Contender contender;
    private final List<OrderLineAdded> events;
    private UUID stream = UUID.randomUUID();
    private int appends;

    public StreamWriter(Contender contender, List<OrderLineAdded> events) {
        this.contender = contender;
        this.events = events;
    }

    @Override
    public void run() {
        if (appends == APPENDS_PER_STREAM) {
            stream = UUID.randomUUID();
            appends = 0;
        }
        if (!contender.append(stream, (long) appends * events.size(), events)) {
            throw new IllegalStateException(contender.name() + " refused an append to a stream of one writer");
        }
        appends++;
    }
}
