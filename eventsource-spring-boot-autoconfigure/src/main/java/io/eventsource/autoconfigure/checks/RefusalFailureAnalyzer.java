package io.eventsource.autoconfigure.checks;

import io.eventsource.EventSourceException;
import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.Upcaster.InvalidUpcasterException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.context.ApplicationContextException;
import org.springframework.core.annotation.Order;

/**
 * Says what this library has refused while the application started, without a stack trace: the message says what, where and what to do. A
 * refusal is an exception that the library itself has thrown to Spring, or an invalid argument or declaration with which the
 * application has called it while a bean was made. Analyzers of single exceptions come first.
 */
@Order(RefusalFailureAnalyzer.ALL_ELSE)
final class RefusalFailureAnalyzer implements FailureAnalyzer {

    /** Before Boot's own, which say of an invalid property only what it was bound to. */
    static final int ALL_ELSE = 0;

    /** The order of analyzers of single exceptions. */
    static final int SPECIAL = -1;

    private static final String LIBRARY = "io.eventsource.";
    private static final List<String> JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");
    private static final String SPRING = "org.springframework.";

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        boolean starting = false;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            starting |= each instanceof BeansException || each instanceof ApplicationContextException;
            FailureAnalysis analysis = starting || each == failure ? analysis(each, starting) : null;
            if (analysis != null) {
                return analysis;
            }
        }
        return null;
    }

    private static @Nullable FailureAnalysis analysis(Throwable refusal, boolean starting) {
        StackTraceElement caller = caller(refusal);
        if (caller == null) {
            return null;
        }
        if (caller.getClassName().startsWith(SPRING)) {
            return isRefusal(refusal) ? new FailureAnalysis(refusal.getMessage(), null, refusal) : null;
        }
        return starting && isOfArguments(refusal)
                ? new FailureAnalysis(
                        "%s%n%nCalled by %s".formatted(refusal.getMessage(), caller),
                        "Correct it in %s.".formatted(caller.getClassName()),
                        refusal)
                : null;
    }

    private static boolean isRefusal(Throwable refusal) {
        return refusal instanceof EventSourceException
                || refusal instanceof IllegalArgumentException
                || refusal instanceof IllegalStateException;
    }

    private static boolean isOfArguments(Throwable refusal) {
        return refusal instanceof IllegalArgumentException
                || refusal instanceof InvalidDeclarationException
                || refusal instanceof InvalidUpcasterException;
    }

    /** Who has called the library, which has thrown this; null where somebody else has. */
    private static @Nullable StackTraceElement caller(Throwable thrown) {
        List<StackTraceElement> frames = Arrays.stream(thrown.getStackTrace())
                .filter(frame -> JDK.stream().noneMatch(frame.getClassName()::startsWith))
                .toList();
        if (frames.isEmpty() || !frames.get(0).getClassName().startsWith(LIBRARY)) {
            return null;
        }
        return frames.stream()
                .filter(frame -> !frame.getClassName().startsWith(LIBRARY))
                .findFirst()
                .orElse(null);
    }
}
