package io.eventsource.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What is logged while this is open, with messages, stack traces and the context of the thread. */
public final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final Logger logger;
    private final Level before;
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    private CapturedLog(String logger, Level level) {
        this.logger = (Logger) LoggerFactory.getLogger(logger);
        this.before = this.logger.getLevel();
        start();
        this.logger.setLevel(level);
        this.logger.addAppender(this);
    }

    /** What the library logs for operators. */
    public static CapturedLog ofLibrary() {
        return new CapturedLog("io.eventsource", Level.INFO);
    }

    /** What everybody logs from a level on. */
    public static CapturedLog ofAll(Level level) {
        return new CapturedLog(org.slf4j.Logger.ROOT_LOGGER_NAME, level);
    }

    @Override
    protected void append(ILoggingEvent event) {
        event.prepareForDeferredProcessing();
        events.add(event);
    }

    /** The lines without stack traces. */
    public List<String> lines() {
        return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** How many lines have a stack trace. */
    public long stackTraces() {
        return events.stream()
                .filter(event -> event.getThrowableProxy() != null)
                .count();
    }

    /** All that a log file or a collector would hold. */
    public List<String> everything() {
        return events.stream().map(CapturedLog::whole).toList();
    }

    private static String whole(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        return "%s %s %s %s %s"
                .formatted(
                        event.getLevel(),
                        event.getLoggerName(),
                        event.getFormattedMessage(),
                        event.getMDCPropertyMap(),
                        thrown == null ? "" : ThrowableProxyUtil.asString(thrown));
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        logger.setLevel(before);
    }
}
