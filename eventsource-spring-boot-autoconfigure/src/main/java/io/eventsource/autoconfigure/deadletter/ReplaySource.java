package io.eventsource.autoconfigure.deadletter;

import io.eventsource.deadletter.ReplayTarget;
import java.util.List;
import java.util.Set;

/** Contributes projections whose dead letters are handled again, beside those that subscriptions drive. */
public interface ReplaySource {

    /** All of its projections. */
    List<ReplayTarget> replayTargets();

    /** Names of those whose dead letters may be handled again now: who has stopped a projection wants its read model left alone. */
    Set<String> running();
}
