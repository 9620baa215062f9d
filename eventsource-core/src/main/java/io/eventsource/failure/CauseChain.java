package io.eventsource.failure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An error and its causes, from the outermost to the first; one that is its own cause is taken once. */
public final class CauseChain {

    private static final int LONGEST_CHAIN = 20;

    private CauseChain() {}

    /**
     * The chain of an error.
     *
     * @param error the outermost
     * @return it and its causes, each once
     */
    public static List<Throwable> of(Throwable error) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        List<Throwable> chain = new ArrayList<>();
        @Nullable Throwable next = error;
        while (next != null && seen.add(next)) {
            chain.add(next);
            next = next.getCause();
        }
        return chain;
    }

    /**
     * The first error of a class in a chain. Takes no memory, so that it also finds that there is none.
     *
     * @param error the outermost
     * @param type the class
     * @param <T> the class
     * @return the first that is of it, or null when neither the error nor one of its causes is
     */
    public static <T extends Throwable> @Nullable T first(Throwable error, Class<T> type) {
        @Nullable Throwable each = error;
        for (int depth = 0; each != null && depth < LONGEST_CHAIN; depth++) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
            each = each.getCause();
        }
        return null;
    }
}
