package io.eventsource.autoconfigure.health;

import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.subscription.SubscriptionStatuses;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * How well subscriptions are, each by itself and all together: the one judgement, for health, its sum and the endpoint. Asks nobody but this JVM,
 * except who holds the log while somebody does.
 */
final class SubscriptionsHealth implements SubscriptionJudge {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String HELD = "an open transaction holds the log";
    private static final List<Status> WORST_FIRST = List.of(Status.DOWN, Verdict.DEGRADED, Status.UNKNOWN, Status.UP);
    private static final String LEASE = "the lease of this instance cannot be renewed";

    private final SubscriptionStatuses manager;
    private final HighWaterMarkWatch mark;
    private final GapHealth gap;
    private final RecentErrors errors;
    private final HealthProperties properties;
    private final Clock clock;

    SubscriptionsHealth(
            SubscriptionStatuses manager,
            HighWaterMarkWatch mark,
            GapHealth gap,
            RecentErrors errors,
            HealthProperties properties,
            Clock clock) {
        this.manager = manager;
        this.mark = mark;
        this.gap = gap;
        this.errors = errors;
        this.properties = properties;
        this.clock = clock;
    }

    List<String> names() {
        return manager.names();
    }

    Health health(String name) {
        SubscriptionStatus status = manager.status(name).orElseThrow();
        Verdict verdict = explain(status, judge(status));
        Health.Builder health = Health.status(verdict.status())
                .withDetail(verdict.status().equals(Status.UNKNOWN) ? "message" : "reason", verdict.reason());
        details(status).forEach((key, value) -> {
            if (value != null) {
                health.withDetail(key, value);
            }
        });
        return health.build();
    }

    @Override
    public Judgement judge(String name) {
        SubscriptionStatus status = manager.status(name).orElseThrow();
        Verdict verdict = explain(status, judge(status));
        return new Judgement(verdict.status().getCode(), verdict.reason());
    }

    /** Names who it waits for, where it waits for somebody. */
    private Verdict explain(SubscriptionStatus status, Verdict verdict) {
        return verdict.reason().startsWith(HELD)
                ? new Verdict(verdict.status(), "%s: %s".formatted(held(status), gap.holder()))
                : verdict;
    }

    private static String held(SubscriptionStatus status) {
        return "%s, and %d committed positions have waited for %d s"
                .formatted(HELD, status.lag(), status.lagTime().toSeconds());
    }

    private Map<String, @Nullable Object> details(SubscriptionStatus status) {
        Throwable failure = status.lastFailure();
        SubscriptionStatus.Fault fault = status.fault();
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("state", status.state());
        details.put("position", status.position());
        details.put("lagEvents", status.lag());
        details.put("lagSeconds", status.lagTime().toSeconds());
        details.put("eventsProcessed", status.eventsProcessed());
        details.put("failedAttempts", status.failedAttempts());
        details.put("errorRatePerMinute", errors.within(status.name(), MINUTE));
        details.put(
                "errorsInWindow",
                errors.within(status.name(), properties.errors().window()));
        details.put("lastProcessedAt", text(status.lastProcessedAt()));
        details.put("failuresInARow", status.failures() == 0 ? null : status.failures());
        details.put("error", failure == null ? null : failure.getClass().getName());
        details.put("failingSince", fault == null ? null : fault.since().toString());
        details.put("rebuilt", status.rebuilt());
        details.put("pause", describe(status.pause()));
        details.put("segments", status.segments().size());
        return details;
    }

    private static @Nullable String describe(SubscriptionStatus.@Nullable Pause pause) {
        if (pause == null) {
            return null;
        }
        String reason = pause.reason() == null ? "" : ": " + pause.reason();
        return "by %s since %s%s".formatted(pause.by(), pause.since(), reason);
    }

    /** The reason of a state with what is known of the cause. */
    private static String because(String reason, SubscriptionStatus status) {
        SubscriptionStatus.Fault fault = status.fault();
        return fault == null ? reason : "%s: %s".formatted(reason, fault.reason());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /** The sum of all, with the worst of their statuses. */
    Map<String, Object> summary() {
        List<SubscriptionStatus> statuses = manager.statuses();
        Map<String, Object> byName = new LinkedHashMap<>();
        Map<Status, Integer> counts = new LinkedHashMap<>();
        for (SubscriptionStatus each : statuses) {
            Status status = judge(each).status();
            byName.put(each.name(), status.getCode());
            counts.merge(status, 1, Integer::sum);
        }
        if (mark.trouble() != null) {
            counts.putIfAbsent(Status.DOWN, 0);
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put(
                "subscriptionsStatus",
                WORST_FIRST.stream()
                        .filter(counts::containsKey)
                        .findFirst()
                        .orElse(Status.UP)
                        .getCode());
        summary.put("running", manager.instance().running());
        summary.put("subscriptionCount", statuses.size());
        summary.put("upCount", counts.getOrDefault(Status.UP, 0));
        summary.put("degradedCount", counts.getOrDefault(Verdict.DEGRADED, 0));
        summary.put("downCount", counts.getOrDefault(Status.DOWN, 0));
        summary.put("unknownCount", counts.getOrDefault(Status.UNKNOWN, 0));
        summary.put(
                "totalEventsProcessed",
                statuses.stream().mapToLong(SubscriptionStatus::eventsProcessed).sum());
        summary.put(
                "totalFailedAttempts",
                statuses.stream().mapToLong(SubscriptionStatus::failedAttempts).sum());
        summary.put(
                "totalLagEvents",
                statuses.stream().mapToLong(SubscriptionStatus::lag).sum());
        summary.put("uptimeSeconds", manager.instance().uptime().toSeconds());
        summary.put("timestamp", clock.instant().toString());
        summary.put("subscriptions", byName);
        return summary;
    }

    /** Whether what is to run here runs, however far it has come. */
    Verdict judgeRunning() {
        String trouble = manager.instance().renewingLease() ? mark.trouble() : LEASE;
        if (trouble != null) {
            return Verdict.down(trouble);
        }
        Verdict stopped = judgeStopped();
        return stopped == null ? Verdict.up("the database answers, and what is to run here runs") : stopped;
    }

    /** What does not run here that is to, whatever the database does; null when all of it does. */
    @Nullable Verdict judgeStopped() {
        List<SubscriptionStatus> statuses = manager.statuses();
        if (statuses.stream()
                .anyMatch(each -> each.state() == SubscriptionStatus.State.STOPPED && each.autoStartup())) {
            return Verdict.down("not every subscription is running");
        }
        return statuses.stream().anyMatch(each -> each.state() == SubscriptionStatus.State.HALTED)
                ? Verdict.down("a subscription has stopped at an event that cannot be handled")
                : null;
    }

    Verdict judge(SubscriptionStatus status) {
        if (status.state() == SubscriptionStatus.State.STOPPED) {
            return status.autoStartup()
                    ? Verdict.down("it is to run here and does not")
                    : Verdict.unknown("this instance does not start it");
        }
        String trouble = manager.instance().renewingLease() ? mark.trouble() : LEASE;
        if (trouble != null) {
            return Verdict.down(trouble + ", so that its lag is not known");
        }
        if (status.state() == SubscriptionStatus.State.HALTED) {
            return Verdict.down(because("it has stopped at an event that cannot be handled", status));
        }
        if (status.segments().isEmpty() && status.failures() == 0) {
            return Verdict.unknown("it has no checkpoint yet");
        }
        if (status.state() == SubscriptionStatus.State.STANDBY) {
            return Verdict.up("other instances own all of its segments");
        }
        if (status.pause() != null) {
            return Verdict.degraded("it was paused by " + status.pause().by());
        }
        return Objects.requireNonNullElseGet(severe(status), () -> judgeWork(status));
    }

    /** What it lags by waits for somebody who holds the log, and not for this subscription. */
    private boolean waitsForLog(SubscriptionStatus status) {
        return status.lag() > 0 && status.position() >= gap.highWaterMark();
    }

    /** Errors count as long as they go on: not when nothing fails and there was none for a while. */
    private int errorsWithin(SubscriptionStatus status, Duration window) {
        boolean over = status.fault() == null
                && errors.quietFor(status.name(), properties.errors().quiet());
        return over ? 0 : errors.within(status.name(), window);
    }

    /** A number of a subscription, from when on it is not healthy, and how to say so. */
    private record Measured(Threshold threshold, long value, String reason) {}

    /** All numbers that have thresholds. The first one that reaches its threshold is the reason. */
    private List<Measured> measured(SubscriptionStatus status) {
        List<Measured> all = new ArrayList<>();
        if (status.rebuilt() == null && !waitsForLog(status)) {
            long seconds = status.lagTime().toSeconds();
            all.add(new Measured(
                    properties.lagEvents().threshold(),
                    status.lag(),
                    "it is %d events behind the log".formatted(status.lag())));
            all.add(new Measured(
                    properties.lag().threshold(),
                    status.lagTime().toNanos(),
                    "it has been behind the log for %d s".formatted(seconds)));
        }
        int rate = errorsWithin(status, MINUTE);
        all.add(new Measured(
                new Threshold(properties.errors().perMinute(), 0),
                rate,
                "it had %d errors within a minute".formatted(rate)));
        Duration window = properties.errors().window();
        int lately = errorsWithin(status, window);
        all.add(new Measured(
                properties.errors().threshold(), lately, "it had %d errors in %s".formatted(lately, window)));
        return all;
    }

    private @Nullable Verdict severe(SubscriptionStatus status) {
        return measured(status).stream()
                .filter(each -> each.threshold().isDown(each.value()))
                .findFirst()
                .map(each -> Verdict.down(each.reason()))
                .orElse(null);
    }

    private Verdict judgeWork(SubscriptionStatus status) {
        if (status.state() == SubscriptionStatus.State.CIRCUIT_OPEN) {
            return Verdict.degraded(because("it waits for something that every event needs and that is away", status));
        }
        if (status.state() == SubscriptionStatus.State.RETRYING) {
            return Verdict.degraded(because("a handler fails and is tried again", status));
        }
        if (status.rebuilt() != null) {
            return Verdict.degraded("it is being rebuilt");
        }
        if (waitsForLog(status)
                && (gap.stalled()
                        || properties
                                .lag()
                                .threshold()
                                .isDegraded(status.lagTime().toNanos()))) {
            return Verdict.degraded(held(status));
        }
        return measured(status).stream()
                .filter(each -> each.threshold().isDegraded(each.value()))
                .findFirst()
                .map(each -> Verdict.degraded(each.reason()))
                .orElseGet(() -> Verdict.up("it handles events"));
    }
}
