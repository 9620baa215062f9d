package io.eventsource.error;

import io.eventsource.error.ErrorClassification.ClassifiedError;
import io.eventsource.failure.CauseChain;
import java.sql.SQLException;
import java.util.function.Function;

/**
 * Says what an error is to be taken for. Thread-safe. An application replaces the standard one by a bean of this type, most
 * often {@code ErrorClassifier.standard().with(…)}.
 */
@FunctionalInterface
public interface ErrorClassifier {

    /**
     * Classifies an error.
     *
     * @param error what was thrown; its causes count as well
     * @return category and severity
     */
    ErrorClassification classify(Throwable error);

    /**
     * Classifies by, in this order: what an exception says of itself ({@link ClassifiedError}, the reason of an
     * {@link io.eventsource.store.AppendFailedException} that every append would meet), the SQLState of a
     * {@link java.sql.SQLException}, and the types of exceptions of this library, of Spring and of Java, the outermost that is
     * known. Types that say little, such as {@link IllegalStateException}, are looked at last. What is not known is
     * {@link ErrorClassification.Category#UNKNOWN}.
     *
     * @return the classifier
     */
    static ErrorClassifier standard() {
        return new StandardErrorClassifier();
    }

    /**
     * This classifier with a rule in front of it.
     *
     * @param type errors of this type, or with a cause of this type
     * @param classification what they are to be taken for
     * @return another classifier; the rule that was added last is asked first
     */
    default ErrorClassifier with(Class<? extends Throwable> type, ErrorClassification classification) {
        return with(type, error -> classification);
    }

    /**
     * This classifier with a rule in front of it that looks closer.
     *
     * @param type errors of this type, or with a cause of this type
     * @param classification says what one is to be taken for, given the outermost error or cause of the type
     * @param <T> the type
     * @return another classifier; the rule that was added last is asked first
     */
    default <T extends Throwable> ErrorClassifier with(
            Class<T> type, Function<? super T, ErrorClassification> classification) {
        return error -> CauseChain.of(error).stream()
                .filter(type::isInstance)
                .findFirst()
                .map(found -> classification.apply(type.cast(found)))
                .orElseGet(() -> classify(error));
    }

    /**
     * This classifier with a rule in front of it for errors of the database.
     *
     * @param sqlState a whole SQLState such as {@code 42704}, or a class of them such as {@code 42}
     * @param classification what errors are to be taken for that have an {@link java.sql.SQLException} with this state among their causes
     * @return another classifier; the rule that was added last is asked first
     * @throws IllegalArgumentException when the state has neither two nor five characters
     */
    default ErrorClassifier withSqlState(String sqlState, ErrorClassification classification) {
        if (!sqlState.matches("[0-9A-Z]{2}|[0-9A-Z]{5}")) {
            throw new IllegalArgumentException(
                    "'%s' is no SQLState: it has five digits or capital letters, a class of states has two"
                            .formatted(sqlState));
        }
        return error -> CauseChain.of(error).stream()
                        .anyMatch(each -> each instanceof SQLException sql
                                && sql.getSQLState() != null
                                && sql.getSQLState().startsWith(sqlState))
                ? classification
                : classify(error);
    }
}
