package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.inbox.InboxFeeds;
import io.eventsource.autoconfigure.inbox.InboxFeeds.Fed;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.inbox.InboxFeed;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** What becomes of messages of other services. No meter asks a broker or the database. */
final class InboxMetrics implements MeterBinder {

    private final InboxFeeds feeds;
    private final Clock clock;

    InboxMetrics(InboxFeeds feeds, Clock clock) {
        this.feeds = feeds;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Fed each : feeds.all()) {
            Tags tags = Tags.of(
                    "feed", each.feed(), "subscription.name", each.consumer().name());
            count(registry, each.consumer(), tags.and("outcome", "handled"), InboxFeed.Counts::handled);
            count(registry, each.consumer(), tags.and("outcome", "passed over"), InboxFeed.Counts::passedOver);
            count(registry, each.consumer(), tags.and("outcome", "set aside"), InboxFeed.Counts::setAside);
            FunctionCounter.builder("eventsource.inbox.lost", each, fed -> statuses(fed)
                            .mapToLong(InboxFeed.Status::lost)
                            .sum())
                    .description("How often messages were found to have been removed before they were read")
                    .tags(tags)
                    .register(registry);
            TimeGauge.builder("eventsource.inbox.lag", each, TimeUnit.MILLISECONDS, this::lagInMillis)
                    .description("How long ago the oldest message happened that is read and not dealt with")
                    .tags(tags)
                    .register(registry);
            Gauge.builder("eventsource.inbox.connected", each, InboxMetrics::connected)
                    .description("1 while the broker is there and read, 0 while it is not")
                    .tags(tags)
                    .register(registry);
        }
    }

    private static void count(
            MeterRegistry registry, InboxConsumer consumer, Tags tags, ToLongFunction<InboxFeed.Counts> part) {
        FunctionCounter.builder("eventsource.inbox.messages", consumer, each -> part.applyAsLong(each.counts()))
                .description("Messages that took effect, were known already or of no interest, or were set aside")
                .tags(tags)
                .register(registry);
    }

    private static Stream<InboxFeed.Status> statuses(Fed fed) {
        return fed.readers().stream().map(reader -> reader.status());
    }

    private double lagInMillis(Fed fed) {
        Instant now = clock.instant();
        return statuses(fed)
                .flatMap(status -> status.partitions().stream())
                .map(InboxFeed.PartitionStatus::oldest)
                .filter(Objects::nonNull)
                .mapToLong(oldest -> Math.max(0, Duration.between(oldest, now).toMillis()))
                .max()
                .orElse(0);
    }

    private static double connected(Fed fed) {
        return fed.running() && statuses(fed).allMatch(status -> status.failure() == null) ? 1 : 0;
    }
}
