package io.eventsource.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.testing.Seeds;
import io.eventsource.time.Clocks;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessResourceFailureException;

class HighWaterMarkTests {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ScriptedLog log = new ScriptedLog();
    private final HighWaterMark mark = new HighWaterMark(log, Clocks.of(Clock.fixed(NOW, ZoneOffset.UTC)));

    private void settle() {
        log.append(1);
        assertThat(mark.advance()).isEqualTo(1);
    }

    @Nested
    class Gaps {

        @Test
        void an_empty_log_is_settled_at_zero() {
            assertThat(mark.advance()).isZero();
            assertThat(mark.status()).isEqualTo(new HighWaterMark.Status(0, 0, null, 0, 0, null));
        }

        @Test
        void without_writers_everything_visible_is_settled_at_the_first_look() {
            log.draw("lost", 3).rollback("lost").append(2);
            assertThat(mark.advance()).isEqualTo(5);
        }

        @Test
        void contiguous_positions_are_settled_although_others_are_writing() {
            log.append(1);
            assertThat(mark.advance()).isEqualTo(1);
            log.append(2).draw("open", 1);

            assertThat(mark.advance()).isEqualTo(3);
            assertThat(mark.status().gapSince()).isNull();
        }

        @Test
        void a_gap_is_not_passed_while_its_transaction_is_open() {
            settle();
            log.draw("open", 1).append(3);

            for (int i = 0; i < 100; i++) {
                assertThat(mark.advance()).isEqualTo(1);
            }
            assertThat(mark.status().gapSince()).isEqualTo(NOW);
            assertThat(mark.writers()).extracting(LogWriter::virtualTransaction).containsExactly("open");
        }

        @Test
        void a_gap_is_filled_when_its_transaction_commits() {
            settle();
            log.draw("open", 1).append(3);
            assertThat(mark.advance()).isEqualTo(1);

            log.commit("open");

            assertThat(mark.advance()).isEqualTo(5);
            assertThat(mark.status().gapSince()).isNull();
        }

        @Test
        void a_gap_is_passed_when_its_transaction_has_rolled_back() {
            settle();
            log.draw("open", 1).append(3);
            assertThat(mark.advance()).isEqualTo(1);

            log.rollback("open");

            assertThat(mark.advance()).isEqualTo(5);
        }

        @Test
        void writers_that_begin_behind_the_gap_do_not_hold_it() {
            settle();
            log.draw("open", 1).append(1);
            assertThat(mark.advance()).isEqualTo(1);
            log.draw("later", 1).append(1).rollback("open");

            assertThat(mark.advance()).isEqualTo(3);

            log.rollback("later");
            assertThat(mark.advance()).isEqualTo(5);
        }

        @Test
        void under_unbroken_traffic_each_gap_is_passed_as_soon_as_its_own_writers_are_gone() {
            log.append(1);
            mark.advance();
            long before = 0;
            for (int i = 0; i < 50; i++) {
                log.draw("t" + (i + 1), 1);
                log.append(1);
                if (i > 0) {
                    log.rollback("t" + i);
                }
                long now = mark.advance();
                if (i > 2) {
                    assertThat(now).isGreaterThan(before);
                }
                before = now;
            }
        }

        @Test
        void a_transaction_that_begins_between_two_statements_of_a_look_is_waited_for() {
            log.append(1);
            assertThat(mark.advance()).isEqualTo(1);
            // the position 2 is drawn just before the mark reads what is visible, 3 is committed by another
            int[] statement = {0};
            log.beforeEachStatement(() -> {
                if (statement[0]++ == 0) {
                    log.draw("open", 1).append(1);
                }
            });

            assertThat(mark.advance()).isEqualTo(1);
            log.commit("open");
            assertThat(mark.advance()).isEqualTo(3);
        }

        @Test
        void the_first_look_waits_for_whoever_writes_then() {
            log.append(1).draw("open", 1).append(1);

            long first = mark.advance();
            assertThat(first).isLessThan(2);
            log.rollback("open");
            assertThat(mark.advance()).isEqualTo(3);
        }

        @Test
        void a_log_longer_than_a_page_is_followed_in_one_look() {
            log.append(1);
            mark.advance();
            log.append(25_000).draw("lost", 1).rollback("lost").append(12_000);

            assertThat(mark.advance()).isEqualTo(37_002);
        }

        @Test
        void a_look_at_an_unchanged_log_is_one_statement() {
            log.append(10);
            mark.advance();
            int before = log.statements();

            mark.advance();

            assertThat(log.statements() - before).isEqualTo(1);
        }
    }

    @Nested
    class Regress {

        @Test
        void a_log_that_has_gone_backwards_is_followed_and_counted() {
            log.append(10);
            assertThat(mark.advance()).isEqualTo(10);
            log.loseBehind(4);
            mark.advance();

            assertThat(mark.advance()).isEqualTo(4);
            assertThat(mark.status().regressions()).isEqualTo(1);
            assertThat(mark.status().generation()).isEqualTo(1);

            log.append(1);
            assertThat(mark.advance()).isEqualTo(5);
        }

        @Test
        void a_log_that_has_lost_what_lay_before_a_gap_is_followed_too() {
            log.append(5);
            assertThat(mark.advance()).isEqualTo(5);
            log.append(3).draw("open", 1).append(1);
            assertThat(mark.advance()).isEqualTo(8);
            log.loseBehind(6);

            mark.advance();
            assertThat(mark.advance()).isEqualTo(6);
            assertThat(mark.status().regressions()).isEqualTo(1);
        }

        @Test
        void a_log_that_lost_everything_begins_anew() {
            log.append(10);
            mark.advance();
            log.loseBehind(0);

            assertThat(mark.advance()).isZero();
            log.append(1);
            assertThat(mark.advance()).isEqualTo(1);
            assertThat(mark.status().regressions()).isEqualTo(1);
        }
    }

    @Nested
    class Incarnations {

        private void settle(int events) {
            log.append(events).nameIncarnation();
            assertThat(mark.advance()).isEqualTo(events);
        }

        @Test
        void a_log_that_has_grown_beyond_what_a_crash_has_lost_is_another_one() {
            settle(10);
            log.crashBehind(4);
            log.append(20);
            long generation = mark.status().generation();

            assertThat(mark.advance()).isEqualTo(24);

            assertThat(mark.status().generation()).isGreaterThan(generation);
            assertThat(mark.status().incarnation()).isNull();
        }

        @Test
        void a_crash_that_has_lost_an_event_in_the_middle_raises_the_generation() {
            settle(10);
            log.lose(7);
            log.crashBehind(10);
            long generation = mark.status().generation();

            assertThat(mark.advance()).isEqualTo(10);

            assertThat(mark.status().generation()).isGreaterThan(generation);
            assertThat(mark.status().regressions()).isZero();
        }

        @Test
        void in_another_one_a_gap_is_waited_for_anew() {
            settle(10);
            log.crashBehind(4);
            log.draw("open", 1).append(10);

            assertThat(mark.advance()).isLessThan(5);

            log.commit("open");
            assertThat(mark.advance()).isEqualTo(15);
        }

        @Test
        void the_first_look_does_not_raise_the_generation_and_naming_it_twice_changes_nothing() {
            settle(10);
            long generation = mark.status().generation();
            assertThat(generation).isZero();

            mark.nameIncarnation();
            mark.advance();

            assertThat(mark.status().incarnation()).isNotNull();
            assertThat(mark.status().generation()).isEqualTo(generation);
        }

        @Test
        void an_empty_log_is_told_from_another_empty_log() {
            log.nameIncarnation();
            mark.advance();
            log.crashBehind(0);
            log.nameIncarnation();

            mark.advance();

            assertThat(mark.status().generation()).isOne();
        }
    }

    @Nested
    class Failures {

        private void fail() {
            log.reachable(false);
            assertThatExceptionOfType(DataAccessResourceFailureException.class).isThrownBy(mark::advance);
            log.reachable(true);
        }

        @Test
        void a_failure_raises_the_generation_and_the_next_look_starts_from_the_database() {
            log.append(10);
            mark.advance();

            fail();

            assertThat(mark.status().generation()).isEqualTo(1);
            assertThat(mark.advance()).isEqualTo(10);
        }

        @Test
        void after_a_restart_a_prepared_transaction_is_waited_for_under_its_new_virtual_id() {
            settle();
            log.draw("3/7", 1).append(1);
            assertThat(mark.advance()).isEqualTo(1);
            log.rename("3/7", "-1/7");
            fail();

            assertThat(mark.advance()).isLessThan(2);

            log.commit("-1/7");
            assertThat(mark.advance()).isEqualTo(3);
        }

        @Test
        void a_restart_that_no_statement_noticed_is_told_from_the_prepared_transactions_new_virtual_id() {
            settle();
            log.draw("3/7", 1).append(1);
            assertThat(mark.advance()).isEqualTo(1);
            log.rename("3/7", "-1/7");

            assertThat(mark.advance())
                    .as("3/7 is gone, but not its transaction")
                    .isEqualTo(1);

            log.commit("-1/7");
            assertThat(mark.advance()).isEqualTo(3);
        }

        @Test
        void a_log_that_went_backwards_behind_a_failure_is_counted_once() {
            log.append(10);
            mark.advance();
            log.loseBehind(4);
            fail();

            assertThat(mark.advance()).isEqualTo(4);
            assertThat(mark.status().regressions()).isEqualTo(1);
            assertThat(mark.advance()).isEqualTo(4);
            assertThat(mark.status().regressions()).isEqualTo(1);
        }
    }

    /** Random transactions that move between any two statements of the mark. */
    @Nested
    class AnyInterleaving {

        private static final int RUNS = 400;
        private static final int LOOKS = 60;

        private final long seed = Seeds.next(HighWaterMarkTests.class);

        /** Events that became visible at or behind a mark that had been handed out before. */
        private List<Long> lost(Random random, FaultyReaders fault) {
            ScriptedLog scripted = new ScriptedLog();
            HighWaterMark tried = new HighWaterMark(fault.spoil(scripted, () -> {}), Clocks.system());
            return lost(random, scripted, tried);
        }

        private List<Long> lost(Random random, ScriptedLog scripted, HighWaterMark tried) {
            int[] names = {0};
            scripted.beforeEachStatement(() -> {
                for (int i = random.nextInt(4); i > 0; i--) {
                    move(random, scripted, names);
                }
            });
            List<Long> lost = new ArrayList<>();
            TreeSet<Long> delivered = new TreeSet<>();
            long before = 0;
            for (int look = 0; look < LOOKS; look++) {
                long now = tried.advance();
                assertThat(now).as("the mark never moves back").isGreaterThanOrEqualTo(before);
                lost.addAll(late(scripted, before, delivered));
                delivered.addAll(scripted.visible().headSet(now, true));
                before = now;
            }
            scripted.beforeEachStatement(() -> {});
            scripted.openTransactions().forEach(scripted::commit);
            lost.addAll(late(scripted, before, delivered));
            assertThat(tried.advance())
                    .as("when nobody writes, the mark is the last event")
                    .isEqualTo(
                            scripted.visible().isEmpty()
                                    ? 0
                                    : scripted.visible().last());
            return lost;
        }

        private static Set<Long> late(ScriptedLog scripted, long mark, Set<Long> delivered) {
            Set<Long> late = new TreeSet<>(scripted.visible().headSet(mark, true));
            late.removeAll(delivered);
            return late;
        }

        private void move(Random random, ScriptedLog scripted, int[] names) {
            List<String> open = List.copyOf(scripted.openTransactions());
            switch (random.nextInt(open.isEmpty() ? 1 : 5)) {
                case 0 -> scripted.draw("t" + names[0]++, 1 + random.nextInt(2));
                case 1 -> scripted.draw(open.get(random.nextInt(open.size())), 1);
                case 2 -> scripted.rollback(open.get(random.nextInt(open.size())));
                default -> scripted.commit(open.get(random.nextInt(open.size())));
            }
        }

        @Test
        void loses_nothing_and_reaches_the_last_event() {
            Random random = new Random(seed);
            for (int run = 0; run < RUNS; run++) {
                ScriptedLog scripted = new ScriptedLog();
                assertThat(lost(random, scripted, new HighWaterMark(scripted, Clocks.system())))
                        .as("run %d of seed %d", run, seed)
                        .isEmpty();
            }
        }

        @ParameterizedTest
        @EnumSource(
                names = {
                    "STEPS_OVER_GAPS_AT_ONCE",
                    "READS_WRITERS_BEFORE_POSITIONS",
                })
        void shows_when_a_rule_is_broken(FaultyReaders fault) {
            Random random = new Random(seed);
            List<Long> lost = new ArrayList<>();
            for (int run = 0; run < RUNS && lost.isEmpty(); run++) {
                lost.addAll(lost(random, fault));
            }
            assertThat(lost).as("what %s loses, seed %d", fault, seed).isNotEmpty();
        }
    }

    @Nested
    class Publishing {

        @Test
        void a_reader_that_starts_goes_on_from_the_published_mark_whatever_is_open() {
            log.append(5).draw("lost", 1).rollback("lost").append(4);
            mark.advance();
            mark.publish();
            log.draw("open", 1).append(1);

            HighWaterMark starting = new HighWaterMark(log, Clocks.of(Clock.fixed(NOW, ZoneOffset.UTC)));

            assertThat(starting.advance()).isEqualTo(10);
            log.commit("open");
            assertThat(starting.advance()).isEqualTo(12);
        }

        @Test
        void a_published_mark_beyond_the_log_is_not_believed() {
            log.append(5);
            mark.advance();
            mark.publish();
            log.loseBehind(2);
            log.draw("open", 1).append(1);

            HighWaterMark starting = new HighWaterMark(log, Clocks.of(Clock.fixed(NOW, ZoneOffset.UTC)));

            assertThat(starting.advance()).isLessThan(3);
        }

        @Test
        void it_is_published_when_it_has_moved_and_once_in_an_interval() {
            mark.publish();
            assertThat(log.published()).as("nothing settled yet").isZero();
            log.append(5);
            mark.advance();
            mark.publish();
            assertThat(log.published()).isEqualTo(5);
            log.append(5);
            mark.advance();
            mark.publish();
            assertThat(log.published()).as("the clock stands still").isEqualTo(5);
        }
    }
}
