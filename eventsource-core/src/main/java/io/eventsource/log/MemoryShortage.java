package io.eventsource.log;

import org.jspecify.annotations.Nullable;

/** Whether something failed because the memory of this process was used up. */
public final class MemoryShortage {

    private static final int LONGEST_CHAIN = 20;

    private MemoryShortage() {}

    /**
     * Looks for it, also behind what a driver or an executor has wrapped around it.
     *
     * @param failure what was thrown
     * @return whether it was thrown because of an {@link OutOfMemoryError}
     */
    public static boolean in(Throwable failure) {
        return of(failure) != null;
    }

    /**
     * As {@link #in}, and says what was thrown first.
     *
     * @param failure what was thrown
     * @return the error, or null when the failure has another reason
     */
    public static @Nullable OutOfMemoryError of(Throwable failure) {
        @Nullable Throwable each = failure;
        for (int depth = 0; each != null && depth < LONGEST_CHAIN; depth++) {
            if (each instanceof OutOfMemoryError shortage) {
                return shortage;
            }
            each = each.getCause();
        }
        return null;
    }
}
