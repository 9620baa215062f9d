package io.eventsource.failure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An error and its causes, from the outermost to the first; one that is its own cause is taken once. */
public final class CauseChain {

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
}
