package io.eventsource.error;

import io.eventsource.time.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A ticker for those who take a clock and only measure by it. It begins at the epoch, and nobody sets it. */
final class TickerClock extends Clock {

    private final Ticker ticker;
    private final long begin;

    TickerClock(Ticker ticker) {
        this.ticker = ticker;
        this.begin = ticker.nanos();
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plus(ticker.since(begin));
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("A ticker has no time zone, but %s was asked for".formatted(zone));
    }
}
