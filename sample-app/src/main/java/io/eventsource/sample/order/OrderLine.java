package io.eventsource.sample.order;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Some pieces of one product.
 *
 * @param product what
 * @param quantity how many pieces
 * @param unitPrice the price of one piece, with two decimals
 */
public record OrderLine(String product, int quantity, BigDecimal unitPrice) {

    /**
     * Brings the price to two decimals, so that equal lines are equal.
     *
     * @throws ArithmeticException when the price has more than two decimals
     */
    public OrderLine {
        unitPrice = unitPrice.setScale(2, RoundingMode.UNNECESSARY);
    }

    /**
     * The price of all pieces.
     *
     * @return the amount with two decimals
     */
    public BigDecimal amount() {
        return unitPrice.multiply(BigDecimal.valueOf(quantity));
    }

    /**
     * The price of several lines together.
     *
     * @param lines the lines
     * @return the amount with two decimals
     */
    public static BigDecimal total(Iterable<OrderLine> lines) {
        BigDecimal total = BigDecimal.ZERO.setScale(2, RoundingMode.UNNECESSARY);
        for (OrderLine line : lines) {
            total = total.add(line.amount());
        }
        return total;
    }
}
