package io.eventsource.autoconfigure.testing;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A feed of deposits, and a projection that reads it. */
public final class Feeds {

    private Feeds() {}

    /** What a feed needs to be declared. */
    public static String[] feed(String transport) {
        return new String[] {
            "spring.application.name=test",
            "eventsource.inbox.feeds.bank.transport=" + transport,
            "eventsource.inbox.feeds.bank.topics=deposits",
            "eventsource.inbox.feeds.bank.retry.delay=10ms",
            "eventsource.inbox.feeds.bank.retry.max-retries=1"
        };
    }

    /** Remembers what was deposited. */
    @Projection(value = "incoming", feed = "bank")
    public static class Incoming {

        public final List<Long> amounts = new CopyOnWriteArrayList<>();
        public volatile Consumer<Long> before = amount -> {};

        @EventHandler
        void on(Deposited deposited) {
            before.accept(deposited.amount());
            amounts.add(deposited.amount());
        }
    }
}
