#include "view/frame.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* floor(log10 x) of x rounded to `digits` digits: 0.9996 at three digits gives 0. */
static int rounded_exponent(double x, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    return atoi(strchr(text, 'e') + 1);
}

/* Are all numbers exactly (but for rounding) multiples of 10^-decimals? */
static bool exact_at(const double *numbers, size_t count, int decimals)
{
    double unit = pow(10, decimals);
    for (size_t i = 0; i < count; i++) {
        double scaled = numbers[i] * unit;
        if (isfinite(scaled) && fabs(scaled - round(scaled)) > 1e-9)
            return false;
    }
    return true;
}

struct cg_number_format cg_number_format(const double *numbers, size_t count, int digits)
{
    struct cg_number_format format = {0, 0};
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(numbers[i]))
            largest = fmax(largest, fabs(numbers[i]));
    if (largest == 0)
        return format;
    if (digits < 1)
        digits = 1;
    int exponent = rounded_exponent(largest, digits);
    if (exponent <= -3 || exponent >= 5) {
        format.exponent = exponent;
        format.decimals = digits - 1;
        return format;
    }
    int most = digits - 1 - exponent;
    if (most < 0)
        most = 0;
    /* Numbers that a person wrote, such as 0.1 and -0.4, are shown as written. */
    while (format.decimals < most && !exact_at(numbers, count, format.decimals))
        format.decimals++;
    return format;
}

/* Is there anything but zeros in it? "-0.00" reads as a mistake. */
static bool is_zero(const char *text)
{
    return strspn(text, "-0.") == strlen(text);
}

void cg_number_text(char text[32], struct cg_number_format format, double number)
{
    char plain[32];
    if (isnan(number)) {
        strcpy(text, "NaN");
        return;
    }
    double scaled = number / pow(10, format.exponent);
    if (isinf(scaled))
        snprintf(plain, sizeof plain, scaled < 0 ? "-∞" : "∞");
    else if (fabs(scaled) < 1e15)
        snprintf(plain, sizeof plain, "%.*f", format.decimals > 8 ? 8 : format.decimals, scaled);
    else
        snprintf(plain, sizeof plain, "%.2e", scaled);
    bool minus = plain[0] == '-';
    const char *digits = plain + minus;
    snprintf(text, 32, "%s%s", minus && !is_zero(plain) ? "−" : "", digits);
}
