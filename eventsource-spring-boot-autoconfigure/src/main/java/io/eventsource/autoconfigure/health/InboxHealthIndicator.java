package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.inbox.InboxFeeds;
import io.eventsource.autoconfigure.inbox.InboxFeeds.Fed;
import io.eventsource.failure.FailureText;
import io.eventsource.inbox.InboxFeed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.context.Lifecycle;

/**
 * What each feed does. DEGRADED while a broker is away or a message fails, which passes without loss; DOWN when one that is to run does
 * not. Not for readiness: an instance that answers requests is of use without its feeds.
 */
final class InboxHealthIndicator extends AbstractHealthIndicator {

    private final InboxFeeds feeds;
    private final Lifecycle lifecycle;

    InboxHealthIndicator(InboxFeeds feeds, Lifecycle lifecycle) {
        super("The state of the feeds cannot be read");
        this.feeds = feeds;
        this.lifecycle = lifecycle;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.up();
        for (Fed each : feeds.all()) {
            if (each.readers().stream().map(InboxFeed::status).anyMatch(InboxHealthIndicator::fails)) {
                health.status(Verdict.DEGRADED);
            }
        }
        if (feeds.all().stream().anyMatch(this::standsStill)) {
            health.down();
        }
        feeds.all().forEach(each -> health.withDetail(each.consumer().name(), detail(each)));
    }

    private boolean standsStill(Fed each) {
        return lifecycle.isRunning() && each.autoStartup() && !each.running();
    }

    private static boolean fails(InboxFeed.Status status) {
        return status.failure() != null || status.partitions().stream().anyMatch(partition -> partition.failures() > 0);
    }

    private static Map<String, Object> detail(Fed each) {
        List<InboxFeed.Status> statuses =
                each.readers().stream().map(InboxFeed::status).toList();
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("feed", each.feed());
        detail.put("running", each.running());
        detail.put("handled", each.consumer().counts().handled());
        detail.put("setAside", each.consumer().counts().setAside());
        detail.put("lost", statuses.stream().mapToLong(InboxFeed.Status::lost).sum());
        statuses.stream()
                .map(InboxFeed.Status::failure)
                .filter(failure -> failure != null)
                .findFirst()
                .ifPresent(failure -> detail.put("failure", FailureText.of(failure)));
        Map<String, Object> partitions = new LinkedHashMap<>();
        statuses.stream()
                .flatMap(status -> status.partitions().stream())
                .forEach(partition -> partitions.put(partition.partition(), describe(partition)));
        detail.put("partitions", partitions);
        return detail;
    }

    private static String describe(InboxFeed.PartitionStatus partition) {
        return partition.failure() == null
                ? "reading"
                : "waits after %d failures: %s".formatted(partition.failures(), FailureText.of(partition.failure()));
    }
}
