package io.eventsource.log;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the log's settled head is and what holds it.
 *
 * @param position the settled head
 * @param holeSince since when the head waits at a hole, by the wall clock, or null when it does not wait; {@link LogHead#holeAge()} says for
 *     how long
 * @param regressions how often the log was found to have gone backwards since this process started
 * @param generation rises whenever the log may have become another one, after a regress or a lost connection: what was
 *     remembered of it must then be read anew
 * @param incarnation changes whenever the server may have lost commits; null when it is not known
 */
public record LogHeadStatus(
        long position, @Nullable Instant holeSince, long regressions, long generation, @Nullable UUID incarnation) {}
