package io.eventsource.embedded.throwaway;

import java.util.List;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches an application that a test starts: a test framework is among the callers. Boot's developer tools decide in the same
 * way whether they may restart an application.
 */
final class TestRun extends SpringBootCondition {

    private static final List<String> FRAMEWORKS = List.of(
            "org.junit.",
            "org.testng.",
            "io.cucumber.",
            "org.springframework.test.context.",
            "org.springframework.boot.test.context.");

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("Throw-away database");
        return underway()
                ? ConditionOutcome.match(message.because("a test starts the application"))
                : ConditionOutcome.noMatch(message.because("no test starts the application"));
    }

    private static boolean underway() {
        return StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::getClassName).anyMatch(TestRun::belongsToFramework));
    }

    private static boolean belongsToFramework(String className) {
        return FRAMEWORKS.stream().anyMatch(className::startsWith);
    }
}
