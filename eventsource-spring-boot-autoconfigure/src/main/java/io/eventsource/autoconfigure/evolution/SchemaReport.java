package io.eventsource.autoconfigure.evolution;

import io.eventsource.autoconfigure.evolution.SchemaEvolutionProperties.ReportScope;
import io.eventsource.evolution.EventSurvey;
import io.eventsource.failure.FailureText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Logs, once after the start, which stored types and revisions the application cannot read. Runs in a thread of its own,
 * so that the application is ready without it.
 */
final class SchemaReport implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(SchemaReport.class);

    private final EventSurvey survey;
    private final ReportScope scope;
    private volatile @Nullable Thread running;

    SchemaReport(EventSurvey survey, ReportScope scope) {
        this.survey = survey;
        this.scope = scope;
    }

    @Override
    public void start() {
        Thread thread = new Thread(this::report, "eventsource-schema-report");
        thread.setDaemon(true);
        running = thread;
        if (scope != ReportScope.OFF) {
            thread.start();
        }
    }

    private void report() {
        try {
            EventSurvey.Result result = scope == ReportScope.FULL ? survey.full() : survey.sampled();
            if (result.unreadable().isEmpty()) {
                log.info("{}", result.describe());
            } else {
                log.warn("{}", result.describe());
            }
        } catch (RuntimeException failure) {
            if (isRunning()) {
                log.warn("Cannot tell which stored events can be read", FailureText.trace(failure));
            } else {
                log.debug(
                        "The application stopped before the report on stored events was done",
                        FailureText.trace(failure));
            }
        }
    }

    @Override
    public void stop() {
        // a long count ends when the pool closes its connection: it is for information, and nothing waits for it
        running = null;
    }

    @Override
    public boolean isRunning() {
        return running != null;
    }
}
