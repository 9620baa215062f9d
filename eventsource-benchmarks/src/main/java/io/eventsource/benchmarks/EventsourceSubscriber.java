package io.eventsource.benchmarks;

import java.util.List;

/** This library's subscriptions, configured as the starter configures them. */
record EventsourceSubscriber(Database database, EventsourceTables tables) implements Subscriber {

    static EventsourceSubscriber in(Database database) {
        return new EventsourceSubscriber(database, EventsourceTables.in(database));
    }

    @Override
    public String name() {
        return "eventsource";
    }

    @Override
    public void reset(int events) {
        tables.reset(events);
        database.jdbc().update("UPDATE eventsource.high_water_mark SET position = 0");
        forget();
    }

    @Override
    public void forget() {
        database.jdbc().update("DELETE FROM eventsource.projection_checkpoints");
        database.jdbc().execute("TRUNCATE eventsource.dead_letter_queue, eventsource.parked_aggregates");
    }

    @Override
    public EventsourceLog start(List<? extends LineHandler> handlers) {
        return EventsourceLog.start(database, handlers);
    }
}
