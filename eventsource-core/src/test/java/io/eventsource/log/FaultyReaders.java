package io.eventsource.log;

import io.eventsource.jdbc.DetachedJdbc;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.testing.TestDatabase;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Readers that break one rule of the high-water mark each. A test of the rules has to see every one of them fail. */
enum FaultyReaders {
    /** Takes whatever is visible for settled. */
    STEPS_OVER_GAPS_AT_ONCE {
        @Override
        LogEvidence spoil(LogEvidence evidence, Runnable between) {
            return new Spoiled(evidence) {
                @Override
                public Set<String> writers() {
                    return new HashSet<>();
                }
            };
        }
    },
    /** Gives a gap a little time and then takes it for rolled back. */
    STEPS_OVER_GAPS_AFTER_A_WHILE {
        @Override
        LogEvidence spoil(LogEvidence evidence, Runnable between) {
            return new Spoiled(evidence) {
                private long since = Long.MAX_VALUE;

                @Override
                public Set<String> writers() {
                    Set<String> writers = evidence.writers();
                    since = Math.min(since, System.nanoTime());
                    boolean patient =
                            System.nanoTime() - since < Duration.ofMillis(1).toNanos();
                    since = patient ? since : Long.MAX_VALUE;
                    return patient ? writers : new HashSet<>();
                }
            };
        }
    },
    /** Reads the writers first and the highest position afterwards. */
    READS_WRITERS_BEFORE_POSITIONS {
        @Override
        LogEvidence spoil(LogEvidence evidence, Runnable between) {
            return new Spoiled(evidence) {
                private Set<String> writers = new HashSet<>();

                @Override
                public Sight from(long position, int limit) {
                    writers = evidence.writers();
                    between.run();
                    return evidence.from(position, limit);
                }

                @Override
                public long highestPosition() {
                    writers = evidence.writers();
                    between.run();
                    return evidence.highestPosition();
                }

                @Override
                public Set<String> writers() {
                    return new HashSet<>(writers);
                }
            };
        }
    },
    /** Reads the page first and the mark afterwards. */
    READS_THE_PAGE_BEFORE_THE_MARK {
        @Override
        LogEvidence spoil(LogEvidence evidence, Runnable between) {
            return evidence;
        }

        @Override
        LogTraffic.PageReader on(TestDatabase database, Runnable between) {
            HighWaterMark mark = markOn(database, between);
            LogReader reader = new LogReader(database.dataSource(), TestDatabase.SCHEMA);
            return query -> {
                LogPage page = reader.read(query, Long.MAX_VALUE);
                between.run();
                long settled = mark.advance();
                boolean full = page.events().size() == query.limit();
                return new LogPage(
                        page.events().stream()
                                .filter(event -> event.position() <= settled)
                                .toList(),
                        full ? Math.min(page.nextPosition(), settled) : settled,
                        settled);
            };
        }
    };

    /** Evidence with one rule broken; {@code between} runs where the broken rule leaves a window. */
    abstract LogEvidence spoil(LogEvidence evidence, Runnable between);

    HighWaterMark markOn(TestDatabase database, Runnable between) {
        return new HighWaterMark(spoil(evidenceOn(database), between), Clocks.system());
    }

    LogTraffic.PageReader on(TestDatabase database, Runnable between) {
        HighWaterMark mark = markOn(database, between);
        LogReader reader = new LogReader(database.dataSource(), TestDatabase.SCHEMA);
        return query -> reader.read(query, mark.advance());
    }

    static LogEvidence evidenceOn(TestDatabase database) {
        return new PostgresLogEvidence(DetachedJdbc.on(database.dataSource()), TestDatabase.SCHEMA);
    }

    /** Passes everything on, for subclasses to spoil. */
    private static class Spoiled implements LogEvidence {

        private final LogEvidence evidence;

        Spoiled(LogEvidence evidence) {
            this.evidence = evidence;
        }

        @Override
        public Sight from(long position, int limit) {
            return evidence.from(position, limit);
        }

        @Override
        public long lastDrawn() {
            return evidence.lastDrawn();
        }

        @Override
        public @Nullable UUID incarnation() {
            return evidence.incarnation();
        }

        @Override
        public void nameIncarnation() {
            evidence.nameIncarnation();
        }

        @Override
        public long highestPosition() {
            return evidence.highestPosition();
        }

        @Override
        public long publishedHighWaterMark() {
            return evidence.publishedHighWaterMark();
        }

        @Override
        public void publish(long mark) {
            evidence.publish(mark);
        }

        @Override
        public Set<String> writers() {
            return evidence.writers();
        }

        @Override
        public List<LogWriter> describeWriters() {
            return evidence.describeWriters();
        }
    }
}
