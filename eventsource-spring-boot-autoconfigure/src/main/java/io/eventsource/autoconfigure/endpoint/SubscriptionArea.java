package io.eventsource.autoconfigure.endpoint;

import io.eventsource.autoconfigure.health.SubscriptionJudge;
import io.eventsource.subscription.SubscriptionOperations;
import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.subscription.SubscriptionStatus.SegmentStatus;
import io.eventsource.subscription.SubscriptionStatuses;
import io.eventsource.subscription.SubscriptionStatuses.RebuildProgress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Subscriptions: list, one, pause, resume, rebuild. */
final class SubscriptionArea implements EndpointArea {

    private static final List<String> ACTIONS = List.of("pause", "resume", "rebuild", "rebuild-repeating-effects");

    private final SubscriptionOperations operations;
    private final SubscriptionStatuses statuses;
    private final @Nullable SubscriptionJudge judge;

    SubscriptionArea(
            SubscriptionOperations operations, SubscriptionStatuses statuses, @Nullable SubscriptionJudge judge) {
        this.operations = operations;
        this.statuses = statuses;
        this.judge = judge;
    }

    @Override
    public String name() {
        return "subscriptions";
    }

    @Override
    public Object list(EndpointPage page) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("instance", statuses.instance().id());
        answer.put("running", statuses.instance().running());
        answer.put("readingHighWaterMark", statuses.instance().tail().reading());
        answer.put("renewingLease", statuses.instance().renewingLease());
        answer.put(
                "subscriptions", statuses.statuses().stream().map(this::summary).toList());
        return answer;
    }

    @Override
    public Object find(String id, EndpointPage page) {
        SubscriptionStatus status = status(id);
        Map<String, @Nullable Object> answer = summary(status);
        answer.put("counters", counters(status.counters()));
        answer.put(
                "rebuild",
                statuses.rebuildProgress(id).map(SubscriptionArea::rebuild).orElse(null));
        answer.put(
                "segments",
                status.segments().stream()
                        .map(each -> segment(each, statuses.instance().id()))
                        .toList());
        return answer;
    }

    private SubscriptionStatus status(String name) {
        return statuses.status(name).orElseThrow(() -> EndpointProblem.unknown("subscription", name, statuses.names()));
    }

    private Map<String, @Nullable Object> summary(SubscriptionStatus status) {
        SubscriptionJudge.Judgement judgement = judge == null ? null : judge.judge(status.name());
        Throwable failure = status.lastFailure();
        SubscriptionStatus.Fault fault = status.fault();
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("name", status.name());
        view.put("health", judgement == null ? null : judgement.status());
        view.put("healthReason", judgement == null ? null : judgement.reason());
        view.put("state", status.state());
        view.put("position", status.position());
        view.put("lagEvents", status.lag());
        view.put("lagSeconds", status.lagTime().toSeconds());
        view.put("lastProcessedAt", status.lastProcessedAt());
        view.put("failuresInARow", status.failures());
        view.put("error", failure == null ? null : failure.getClass().getName());
        view.put("failingSince", fault == null ? null : fault.since());
        view.put("reason", fault == null ? null : fault.reason());
        view.put("pause", pause(status.pause()));
        view.put("rebuilt", status.rebuilt());
        return view;
    }

    private static @Nullable Map<String, @Nullable Object> pause(SubscriptionStatus.@Nullable Pause pause) {
        if (pause == null) {
            return null;
        }
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("since", pause.since());
        view.put("by", pause.by());
        view.put("reason", pause.reason());
        return view;
    }

    private static Map<String, Object> counters(SubscriptionStatus.Counters counters) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("events", counters.events());
        view.put("batches", counters.batches());
        view.put("failedAttempts", counters.failed());
        view.put("retried", counters.retried());
        view.put("claimed", counters.claimed());
        view.put("given", counters.given());
        return view;
    }

    private static Map<String, @Nullable Object> rebuild(RebuildProgress progress) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("done", progress.done());
        view.put("total", progress.total());
        view.put("fraction", progress.fraction());
        view.put("startedAt", progress.startedAt());
        view.put("perSecond", progress.perSecond());
        view.put(
                "remainingSeconds",
                progress.remaining() == null ? null : progress.remaining().toSeconds());
        return view;
    }

    private static Map<String, @Nullable Object> segment(SegmentStatus segment, UUID here) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("segment", segment.segment());
        view.put("lastBucket", segment.buckets().last());
        view.put("owner", segment.owner());
        view.put("here", here.equals(segment.owner()));
        view.put("epoch", segment.epoch());
        view.put("state", segment.state());
        view.put("position", segment.position());
        view.put("lagEvents", segment.lag());
        return view;
    }

    @Override
    public Object act(@Nullable String id, String action, EndpointOrder order) {
        if (id == null) {
            return actOnAll(action);
        }
        String by = order.operatorOrSomebody();
        String name = status(id).name();
        switch (action) {
            case "pause" -> pause(name, by, order.reason());
            case "resume" -> operations.resume(name, by);
            case "rebuild" -> operations.rebuild(name);
            case "rebuild-repeating-effects" -> operations.rebuildRepeatingEffects(name);
            default -> throw EndpointProblem.unknown("action", action, ACTIONS);
        }
        return find(name, EndpointPage.FIRST);
    }

    private void pause(String name, String by, @Nullable String reason) {
        if (!operations.pause(name, by, reason)) {
            SubscriptionStatus.Pause before = status(name).pause();
            throw EndpointProblem.conflict("'%s' is paused already%s. Who has paused it first is remembered."
                    .formatted(name, before == null ? "" : ", " + describe(before)));
        }
    }

    private static String describe(SubscriptionStatus.Pause pause) {
        return "by %s since %s%s"
                .formatted(pause.by(), pause.since(), pause.reason() == null ? "" : ": " + pause.reason());
    }

    private Object actOnAll(String action) {
        if (!"rebuild".equals(action)) {
            throw EndpointProblem.unknown("action on all subscriptions", action, List.of("rebuild"));
        }
        return Map.of("rebuilding", operations.rebuildAll());
    }
}
