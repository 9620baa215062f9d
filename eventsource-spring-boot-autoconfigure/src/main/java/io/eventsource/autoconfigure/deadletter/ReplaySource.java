package io.eventsource.autoconfigure.deadletter;

import io.eventsource.deadletter.DeadLetterReplay;
import java.util.List;
import java.util.Set;

/** Contributes projections whose dead letters are handled again, beside those that subscriptions drive. */
public interface ReplaySource {

    /**
     * All of its projections.
     *
     * @return what handles their dead letters
     */
    List<DeadLetterReplay.Target> replayTargets();

    /**
     * Whose dead letters may be handled again now: who has stopped a projection wants its read model left alone.
     *
     * @return the names of the projections
     */
    Set<String> running();
}
