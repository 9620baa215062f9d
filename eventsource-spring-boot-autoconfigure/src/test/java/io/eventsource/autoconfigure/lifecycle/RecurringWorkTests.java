package io.eventsource.autoconfigure.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RecurringWorkTests {

    private final Logger logger = (Logger) LoggerFactory.getLogger(RecurringWork.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private @Nullable Throwable thrown;
    private @Nullable Throwable returned;
    private final RecurringWork work = new RecurringWork("Working", () -> {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException failure) {
            throw failure;
        }
        return returned;
    });

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
    }

    @Test
    void failures_of_every_kind_end_nothing_and_are_one_warning_until_it_works_again() {
        thrown = new IllegalStateException("told to fail");
        work.run();
        thrown = new AssertionError("told to fail");
        work.run();
        thrown = null;
        returned = new IllegalStateException("told to fail");
        work.run();
        assertThat(told(Level.WARN)).isOne();
        assertThat(told(Level.INFO)).isZero();

        returned = null;
        work.run();
        work.run();
        assertThat(told(Level.INFO)).isOne();

        returned = new IllegalStateException("told to fail");
        work.run();
        assertThat(told(Level.WARN)).isEqualTo(2);
    }

    private long told(Level level) {
        return log.list.stream().filter(event -> event.getLevel() == level).count();
    }
}
