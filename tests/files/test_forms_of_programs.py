"""Customer files in the forms that other programs write: what each form's rows say arrives in our fields.

The headers are those of the programs, the people are made up.
"""

import csv
import io
from pathlib import Path

import pytest

from koalalink.domain.importing.columns import read_choices
from koalalink.domain.importing.import_rows import Entries, Entry
from koalalink.files.customer_file import CustomerFile

FIELDS = "external_id first_name last_name company email phone address city state zip country notes".split()


def read(tmp_path: Path, header: str, *rows: dict[str, str], maps: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """Write a form with some rows, each by title, and return the fields of everybody in it that are not empty."""
    titles = [title.strip() for title in header.split("|")]
    assert all(set(row) <= set(titles) for row in rows), [set(row) - set(titles) for row in rows]
    text = io.StringIO()
    csv.writer(text).writerows([titles, *([row.get(title, "") for title in titles] for row in rows)])
    path = tmp_path / "people.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    with CustomerFile(str(path), io.BytesIO(), read_choices(maps)) as opened:
        entries = Entries(opened.columns, location="downtown", is_our_own=opened.is_our_own)
        told = [entries.read(row) for row in opened.rows()]
    people = []
    for entry in told:
        assert isinstance(entry, Entry), entry
        fields = {field: text for field in FIELDS if (text := getattr(entry.details, field))}
        people.append(fields | ({"stripe_id": stripe_id} if (stripe_id := entry.stripe_ids.get("downtown")) else {}))
    return people


def test_jobber(tmp_path: Path) -> None:
    """One row a property: the customer is what stands before the _; several emails and phones in a cell."""
    header = (
        "J-ID|Created Date|Is Company?|Display Name|Company Name|Title|First Name|Last Name|Main Phone #s|E-mails|Tags"
        "|Billing Street 1|Billing Street 2|Billing City|Billing State|Billing Country|Billing Zip code|CFT[Gate]"
        "|Work Phone #s|Mobile Phone #s|Home Phone #s|Fax Phone #s|Other Phone #s|Service Property Name"
        "|Service Street 1|Service Street 2|Service City|Service State|Service Country|Service Zip code"
        "|Text Message Enabled Phone #|Receives automatic visit reminders?|Archived|Lead Source|PFT[Pets]"
    )
    people = read(
        tmp_path,
        header,
        {
            "J-ID": "99_1",
            "Is Company?": "false",
            "Display Name": "Ann Lee",
            "First Name": "Ann",
            "Last Name": "Lee",
            "Main Phone #s": "(206) 555-0101, (206) 555-0102",
            "E-mails": "ann@x.com, lee@x.com",
            "Tags": "0, Client",
            "Billing Street 1": "PO Box 9",
            "Billing City": "Kent",
            "Billing State": "Washington",
            "Billing Zip code": "98030",
            "Service Property Name": "Beach house",
            "Service Street 1": "1 Elm St",
            "Service Street 2": "Unit 2",
            "Service City": "Seattle",
            "Service State": "Washington",
            "Service Country": "United States",
            "Service Zip code": "98101",
            "Archived": "false",
        },
        {
            "J-ID": "100_1",
            "Company Name": "Acme Lawn",
            "Display Name": "Acme Lawn",
            "Fax Phone #s": "206-555-0199",
            "E-mails": "office@acme.com",
            "Work Phone #s": "206-555-0110",
            "Mobile Phone #s": "206-555-0111",
            "Service Street 1": "123 Main St • Fort Worth, Texas 76102",
        },
        {"J-ID": "101_3", "First Name": "Bo", "Last Name": "Day", "Home Phone #s": "206-555-0120"},
    )
    assert people == [
        {
            "external_id": "99",
            "first_name": "Ann",
            "last_name": "Lee",
            "email": "ann@x.com",
            "phone": "(206) 555-0101",
            "address": "1 Elm St, Unit 2",
            "city": "Seattle",
            "state": "Washington",
            "zip": "98101",
            "country": "United States",
        },
        {
            "external_id": "100",
            "company": "Acme Lawn",
            "email": "office@acme.com",
            "phone": "206-555-0111",
            "address": "123 Main St",
            "city": "Fort Worth",
            "state": "Texas",
            "zip": "76102",
        },
        {"external_id": "101", "first_name": "Bo", "last_name": "Day", "phone": "206-555-0120"},
    ]


def test_housecall_pro(tmp_path: Path) -> None:
    """Its own IDs look like Stripe's, and are not; addresses without end."""
    header = (
        "First Name|Last Name|Display Name|Mobile Number|Home Number|Email|Additional Emails|Company|Role|Work Number"
        "|Bills to|Accepts bills from|Tags|Notes|ID|Customer Type|Customer notifications enabled"
        "|Customer is Contractor|Lead Source|Customer created at|Email marketing consent|SMS marketing consent"
        "|Last service date|Lifetime value|"
    ) + "|".join(
        f"Address_{n} {part}"
        for n in range(1, 141)
        for part in ("Street Line 1", "Street Line 2", "City", "State", "Postal Code", "Billing?", "Notes")
    )
    own = "cus_0123456789abcdef0123456789abcdef"
    people = read(
        tmp_path,
        header,
        {
            "First Name": "Ann",
            "Last Name": "Lee",
            "Display Name": "Ann Lee",
            "Mobile Number": "(206) 555-0101",
            "Home Number": "(206) 555-0102",
            "Email": "ann@x.com",
            "Additional Emails": "lee@x.com",
            "Notes": "Dog in the yard",
            "ID": own,
            "Email marketing consent": "true",
            "Address_1 Street Line 1": "1 Elm St",
            "Address_1 Street Line 2": "Apt 2",
            "Address_1 City": "Seattle",
            "Address_1 State": "WA",
            "Address_1 Postal Code": "98101",
            "Address_140 Street Line 1": "9 Oak St",
            "Address_140 City": "Kent",
        },
        {"First Name": "Bo", "Work Number": "(206) 555-0110", "Company": "Acme", "ID": own[:-1] + "0"},
        {"Display Name": "Cy Day", "Home Number": "(206) 555-0120", "Address_2 Street Line 1": "3 Fir St"},
    )
    assert people == [
        {
            "external_id": own,
            "first_name": "Ann",
            "last_name": "Lee",
            "email": "ann@x.com",
            "phone": "(206) 555-0101",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "notes": "Dog in the yard",
        },
        {"external_id": own[:-1] + "0", "first_name": "Bo", "company": "Acme", "phone": "(206) 555-0110"},
        {"first_name": "Cy", "last_name": "Day", "phone": "(206) 555-0120", "address": "3 Fir St"},
    ]


def test_square(tmp_path: Path) -> None:
    """Phones stand in apostrophes; the reference is ours, and Square's own ID what there is without one."""
    header = (
        "Reference ID|First Name|Last Name|Email Address|Phone Number|Company Name|Street Address 1|Street Address 2"
        "|City|State|Postal Code|Memo|Square Customer ID|Nickname|Birthday|Creation Source|First Visit|Last Visit"
        "|Transaction Count|Lifetime Spend|Email Subscription Status"
    )
    people = read(
        tmp_path,
        header,
        {
            "Reference ID": "R-1",
            "First Name": "Ann",
            "Last Name": "Lee",
            "Email Address": "ann@x.com",
            "Phone Number": "'+12065550101'",
            "Street Address 1": "1 Elm St",
            "Street Address 2": "Apt 2",
            "City": "Seattle",
            "State": "WA",
            "Postal Code": "98101",
            "Memo": "key under the mat",
            "Square Customer ID": "3Z9",
            "First Visit": "2024-01-01",
        },
        {"First Name": "Bo", "Phone Number": "'206-555-0110", "Square Customer ID": "4Z9"},
        {"Company Name": "Acme", "Email Address": "a@acme.com", "Email Subscription Status": "subscribed"},
    )
    assert people == [
        {
            "external_id": "R-1",
            "first_name": "Ann",
            "last_name": "Lee",
            "email": "ann@x.com",
            "phone": "+12065550101",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "notes": "key under the mat",
        },
        {"external_id": "4Z9", "first_name": "Bo", "phone": "206-555-0110"},
        {"company": "Acme", "email": "a@acme.com"},
    ]


def test_acuity(tmp_path: Path) -> None:
    """As plain as can be."""
    row = {"First Name": "Ann", "Last Name": "Lee", "Phone": "+12065550101", "Email": "ann@x.com", "Notes": "n"}
    people = read(tmp_path, "First Name|Last Name|Phone|Email|Notes|Days Since Last Appointment", row)
    fields = {"first_name": "Ann", "last_name": "Lee", "phone": "+12065550101", "email": "ann@x.com", "notes": "n"}
    assert people == [fields]


def test_vagaro(tmp_path: Path) -> None:
    """An empty cell is ---; the column Credit Card says whether there is one."""
    header = (
        "First Name|Last Name|Email|Mobile|Day|Night|Address|Apt/Suite|City|State|Zip|Birthdate|Gender|Customer Since"
        "|Last Visited|Membership|Tags|Refered By|Online Booking|Credit Card|Bank|Appointments Booked|Classes Booked"
        "|Check-Ins|Points Earned|Amount Paid|No Shows/Cancellations|Employee Seen"
    )
    nothing = dict.fromkeys(header.split("|"), "---")
    ann = {"First Name": "Ann", "Last Name": "Lee", "Email": "ann@x.com", "Mobile": "(206) 555-0101", "Zip": "98101"}
    bo = {"First Name": "Bo", "Last Name": "Day", "Day": "(206) 555-0110", "Address": "1 Elm St", "Apt/Suite": "2"}
    cy = {"First Name": "Cy", "Last Name": "---", "Night": "(206) 555-0120", "Credit Card": "Yes", "City": "Kent"}
    assert read(tmp_path, header, nothing | ann, nothing | bo, nothing | cy | {"State": "WA"}) == [
        {"first_name": "Ann", "last_name": "Lee", "email": "ann@x.com", "phone": "(206) 555-0101", "zip": "98101"},
        {"first_name": "Bo", "last_name": "Day", "phone": "(206) 555-0110", "address": "1 Elm St, 2"},
        {"first_name": "Cy", "phone": "(206) 555-0120", "city": "Kent", "state": "WA"},
    ]


def test_mindbody(tmp_path: Path) -> None:
    """A row of numbers above the header, and a last one that counts."""
    path = tmp_path / "people.csv"
    path.write_text(
        "0,1,2,3,4,5,6,7,8,9,10,11,12\n"
        "Last name,First name,Nickname,ID,Address,City,State,Postal code,Country,Mobile phone,Home phone,Work phone,"
        "Email\n"
        "Lee,Ann,,100000012,1 Elm St,Seattle,WA,98101,US,2065550101,2065550102,,ann@x.com\n"
        "Day,Bo,,100000013,,,,,,,,2065550110,\n"
        "Total records: 2,Total records: 2,Total records: 2,Total records: 2,,,,,,,,,\n"
    )
    with CustomerFile(str(path), io.BytesIO(), {}) as opened:
        entries = Entries(opened.columns, location=None, is_our_own=False)
        told = [entries.read(row) for row in opened.rows()]
        assert opened.count == 2
    ann, bo = (entry.details for entry in told if isinstance(entry, Entry))
    assert [*ann[:-1]] == (
        ["100000012", "Ann", "Lee", "", "ann@x.com", "2065550101", "1 Elm St", "Seattle", "WA", "98101", "US", ""]
    )
    assert (bo.external_id, bo.name, bo.phone) == ("100000013", "Bo Day", "2065550110")


def test_quickbooks(tmp_path: Path) -> None:
    """An address in lines, the name among them."""
    header = (
        "Active Status|Customer|Balance|Balance Total|Company|Mr./Ms./...|First Name|M.I.|Last Name|Primary Contact"
        "|Main Phone|Fax|Alt. Phone|Secondary Contact|Job Title|Main Email|Bill to 1|Bill to 2|Bill to 3|Bill to 4"
        "|Bill to 5|Ship to 1|Ship to 2|Ship to 3|Ship to 4|Ship to 5|Customer Type|Terms|Account No.|Note"
    )
    people = read(
        tmp_path,
        header,
        {
            "Active Status": "Active",
            "Customer": "Lee, Ann",
            "First Name": "Ann",
            "Last Name": "Lee",
            "Primary Contact": "Ann Lee",
            "Main Phone": "206-555-0101",
            "Main Email": "ann@x.com",
            "Bill to 1": "Ann Lee",
            "Bill to 2": "1 Elm St",
            "Bill to 3": "Seattle, WA 98101",
            "Account No.": "A-1",
            "Note": "pays late",
        },
        {
            "Customer": "Acme Lawn",
            "Company": "Acme Lawn",
            "Alt. Phone": "206-555-0110",
            "Bill to 1": "Acme Lawn",
            "Bill to 2": "2 Oak St",
            "Bill to 3": "Suite 4",
            "Bill to 4": "Kent, WA 98030",
            "Bill to 5": "USA",
        },
        {"Customer": "Bo Day", "Ship to 1": "Bo Day", "Ship to 2": "3 Fir St", "Ship to 3": "Kent, WA  98030"},
    )
    assert people == [
        {
            "external_id": "A-1",
            "first_name": "Ann",
            "last_name": "Lee",
            "email": "ann@x.com",
            "phone": "206-555-0101",
            "address": "1 Elm St",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "notes": "pays late",
        },
        {
            "company": "Acme Lawn",
            "phone": "206-555-0110",
            "address": "2 Oak St, Suite 4",
            "city": "Kent",
            "state": "WA",
            "zip": "98030",
            "country": "USA",
        },
        {
            "first_name": "Bo",
            "last_name": "Day",
            "address": "3 Fir St",
            "city": "Kent",
            "state": "WA",
            "zip": "98030",
        },
    ]


def test_google_contacts(tmp_path: Path) -> None:
    """Each of several has a label and a value; cells with more than one are divided by :::."""
    header = (
        "First Name|Middle Name|Last Name|Phonetic First Name|Phonetic Middle Name|Phonetic Last Name|Name Prefix"
        "|Name Suffix|Nickname|File As|Organization Name|Organization Title|Organization Department|Birthday|Notes"
        "|Photo|Labels|E-mail 1 - Label|E-mail 1 - Value|E-mail 2 - Label|E-mail 2 - Value|Phone 1 - Label"
        "|Phone 1 - Value|Phone 2 - Label|Phone 2 - Value|Address 1 - Label|Address 1 - Formatted|Address 1 - Street"
        "|Address 1 - City|Address 1 - PO Box|Address 1 - Region|Address 1 - Postal Code|Address 1 - Country"
        "|Address 1 - Extended Address|Website 1 - Label|Website 1 - Value|Custom Field 1 - Label"
    )
    people = read(
        tmp_path,
        header,
        {
            "First Name": "Ann",
            "Last Name": "Lee",
            "Labels": "* myContacts",
            "E-mail 1 - Label": "* Home",
            "E-mail 1 - Value": "ann@x.com ::: lee@x.com",
            "Phone 1 - Label": "Mobile",
            "Phone 1 - Value": "206-555-0101 ::: 206-555-0102",
            "Address 1 - Formatted": "1 Elm St\nApt 2\nSeattle, WA 98101\nUS",
            "Address 1 - Street": "1 Elm St",
            "Address 1 - City": "Seattle",
            "Address 1 - Region": "WA",
            "Address 1 - Postal Code": "98101",
            "Address 1 - Country": "US",
            "Address 1 - Extended Address": "Apt 2",
            "Notes": "two dogs",
        },
        {"Organization Name": "Acme", "E-mail 2 - Value": "a@acme.com", "Phone 2 - Value": "206-555-0110"},
        {"First Name": "Bo", "Address 1 - Formatted": "2 Oak St\nKent, WA 98030"},
    )
    assert people == [
        {
            "first_name": "Ann",
            "last_name": "Lee",
            "email": "ann@x.com",
            "phone": "206-555-0101",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "country": "US",
            "notes": "two dogs",
        },
        {"company": "Acme", "email": "a@acme.com", "phone": "206-555-0110"},
        {"first_name": "Bo", "address": "2 Oak St", "city": "Kent", "state": "WA", "zip": "98030"},
    ]


def test_outlook(tmp_path: Path) -> None:
    """Mobile before all other phones, the home before the office."""
    header = (
        "Title|First Name|Middle Name|Last Name|Suffix|Company|Department|Job Title|Business Street|Business Street 2"
        "|Business City|Business State|Business Postal Code|Business Country/Region|Home Street|Home Street 2"
        "|Home Street 3|Home City|Home State|Home Postal Code|Home Country/Region|Other Street|Other City"
        "|Business Fax|Business Phone|Business Phone 2|Company Main Phone|Home Fax|Home Phone|Home Phone 2"
        "|Mobile Phone|Other Phone|Pager|Primary Phone|Account|Birthday|E-mail Address|E-mail Type"
        "|E-mail Display Name|E-mail 2 Address|E-mail 2 Type|Manager's Name|Notes|Spouse"
    )
    people = read(
        tmp_path,
        header,
        {
            "First Name": "Ann",
            "Last Name": "Lee",
            "Company": "Acme",
            "Business Street": "9 Office Rd",
            "Business City": "Kent",
            "Home Street": "1 Elm St",
            "Home Street 2": "Apt 2",
            "Home City": "Seattle",
            "Home State": "WA",
            "Home Postal Code": "98101",
            "Home Country/Region": "United States",
            "Mobile Phone": "206-555-0101",
            "Primary Phone": "206-555-0102",
            "E-mail Address": "ann@x.com",
            "E-mail Type": "SMTP",
            "E-mail Display Name": "Ann (ann@x.com)",
            "E-mail 2 Address": "lee@x.com",
            "Notes": "n",
            "Spouse": "Cy",
        },
        {
            "First Name": "Bo",
            "Business Phone": "206-555-0110",
            "Business Fax": "206-555-0119",
            "Business Street": "9 Office Rd",
            "Business City": "Kent",
            "Business State": "WA",
            "Business Postal Code": "98030",
        },
        {"Last Name": "Day", "Primary Phone": "206-555-0120", "E-mail 2 Address": "day@x.com"},
    )
    assert people == [
        {
            "first_name": "Ann",
            "last_name": "Lee",
            "company": "Acme",
            "email": "ann@x.com",
            "phone": "206-555-0101",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "country": "United States",
            "notes": "n",
        },
        {
            "first_name": "Bo",
            "phone": "206-555-0110",
            "address": "9 Office Rd",
            "city": "Kent",
            "state": "WA",
            "zip": "98030",
        },
        {"last_name": "Day", "email": "day@x.com", "phone": "206-555-0120"},
    ]


def test_shopify(tmp_path: Path) -> None:
    """Numbers begin with an apostrophe."""
    header = (
        "Customer ID|First Name|Last Name|Email|Accepts Email Marketing|Default Address Company"
        "|Default Address Address1|Default Address Address2|Default Address City|Default Address Province Code"
        "|Default Address Country Code|Default Address Zip|Default Address Phone|Phone|Accepts SMS Marketing"
        "|Total Spent|Total Orders|Note|Tax Exempt|Tags|Size (customer.metafields.custom.size)"
    )
    people = read(
        tmp_path,
        header,
        {
            "Customer ID": "'7210448301122",
            "First Name": "Ann",
            "Last Name": "Lee",
            "Email": "ann@x.com",
            "Accepts Email Marketing": "yes",
            "Default Address Company": "Acme",
            "Default Address Address1": "1 Elm St",
            "Default Address Address2": "Apt 2",
            "Default Address City": "Seattle",
            "Default Address Province Code": "WA",
            "Default Address Country Code": "US",
            "Default Address Zip": "'98101",
            "Default Address Phone": "'+12065550102",
            "Phone": "'+12065550101",
            "Note": "n",
        },
        {"Customer ID": "'7210448301123", "First Name": "Bo", "Default Address Phone": "'+12065550110"},
    )
    assert people == [
        {
            "external_id": "7210448301122",
            "first_name": "Ann",
            "last_name": "Lee",
            "company": "Acme",
            "email": "ann@x.com",
            "phone": "+12065550101",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "country": "US",
            "notes": "n",
        },
        {"external_id": "7210448301123", "first_name": "Bo", "phone": "+12065550110"},
    ]


def test_shopify_before(tmp_path: Path) -> None:
    """A state's code stands beside its name."""
    header = (
        "First Name|Last Name|Email|Accepts Email Marketing|Company|Address1|Address2|City|Province|Province Code"
        "|Country|Country Code|Zip|Phone|Accepts SMS Marketing|Total Spent|Total Orders|Tags|Note|Tax Exempt"
    )
    row = {"First Name": "Ann", "Address1": "1 Elm St", "Address2": "Apt 2", "City": "Seattle", "Zip": "98101"}
    row |= {"Province": "Washington", "Province Code": "WA", "Country": "United States", "Country Code": "US"}
    assert read(tmp_path, header, row) == [
        {
            "first_name": "Ann",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "Washington",
            "zip": "98101",
            "country": "United States",
        }
    ]


def test_woocommerce(tmp_path: Path) -> None:
    """Stripe's plugin keeps the link itself; who pays stands apart from who the user is."""
    header = (
        "ID|customer_id|user_login|user_email|display_name|first_name|last_name|role|billing_first_name"
        "|billing_last_name|billing_company|billing_email|billing_phone|billing_address_1|billing_address_2"
        "|billing_postcode|billing_city|billing_state|billing_country|_stripe_customer_id"
    )
    people = read(
        tmp_path,
        header,
        {
            "ID": "7",
            "customer_id": "7",
            "user_login": "annlee",
            "user_email": "ann@x.com",
            "display_name": "Ann Lee",
            "first_name": "Ann",
            "last_name": "Lee",
            "billing_first_name": "Cy",
            "billing_last_name": "Lee",
            "billing_company": "Acme",
            "billing_email": "cy@x.com",
            "billing_phone": "206-555-0101",
            "billing_address_1": "1 Elm St",
            "billing_address_2": "Apt 2",
            "billing_postcode": "98101",
            "billing_city": "Seattle",
            "billing_state": "WA",
            "billing_country": "US",
            "_stripe_customer_id": "cus_Abc123",
        },
        {"ID": "8", "user_email": "bo@x.com", "billing_first_name": "Bo", "billing_last_name": "Day"},
    )
    assert people == [
        {
            "external_id": "7",
            "first_name": "Ann",
            "last_name": "Lee",
            "company": "Acme",
            "email": "ann@x.com",
            "phone": "206-555-0101",
            "address": "1 Elm St, Apt 2",
            "city": "Seattle",
            "state": "WA",
            "zip": "98101",
            "country": "US",
            "stripe_id": "cus_Abc123",
        },
        {"external_id": "8", "first_name": "Bo", "last_name": "Day", "email": "bo@x.com"},
    ]


def test_woocommerce_with_billing_alone(tmp_path: Path) -> None:
    """What there is, is taken."""
    header = "billing_first_name|billing_last_name|billing_email|billing_phone|billing_address_1|billing_city"
    row = dict(zip(header.split("|"), ("Ann", "Lee", "a@x.com", "206-555-0101", "1 Elm St", "Kent"), strict=True))
    fields = ("first_name", "last_name", "email", "phone", "address", "city")
    assert read(tmp_path, header, row) == [dict(zip(fields, row.values(), strict=True))]


def test_yardbook(tmp_path: Path) -> None:
    """A mobile and another phone."""
    header = (
        "contact_first_name|contact_last_name|business_name|email|phone|mobile|fax|address_line1|address_line2|city"
        "|state|zip_code|country"
    )
    row = {"contact_first_name": "Ann", "contact_last_name": "Lee", "phone": "206-555-0101", "zip_code": "98101"}
    row |= {"business_name": "Acme", "address_line1": "1 Elm St", "address_line2": "Apt 2", "state": "WA"}
    bo = {"contact_first_name": "Bo", "phone": "206-555-0110", "mobile": "206-555-0111"}
    assert read(tmp_path, header, row, bo) == [
        {
            "first_name": "Ann",
            "last_name": "Lee",
            "company": "Acme",
            "phone": "206-555-0101",
            "address": "1 Elm St, Apt 2",
            "state": "WA",
            "zip": "98101",
        },
        {"first_name": "Bo", "phone": "206-555-0111"},
    ]


def test_stripes_customers(tmp_path: Path) -> None:
    """The card's address is not the customer's, and who its holder is neither."""
    header = (
        "id|Description|Email|Name|Created (UTC)|Delinquent|Card ID|Card Last4|Card Brand|Card Funding|Card Exp Month"
        "|Card Exp Year|Card Name|Card Address Line1|Card Address Line2|Card Address City|Card Address State"
        "|Card Address Country|Card Address Zip|Card Issue Country|Card Fingerprint|Card CVC Status|Plan|Status"
        "|Account Balance|Currency|Total Spend|Business Vat ID|crm_id (metadata)"
    )
    row = {"id": "cus_Abc123", "Email": "ann@x.com", "Name": "Ann Lee", "Card Name": "Cy Lee", "Card ID": "card_1"}
    row |= {"Card Address Line1": "9 Oak St", "Card Address City": "Kent", "Status": "active"}
    fields = {"first_name": "Ann", "last_name": "Lee", "email": "ann@x.com", "stripe_id": "cus_Abc123"}
    assert read(tmp_path, header, row) == [fields]


def test_bookings_of_bookingkoala(tmp_path: Path) -> None:
    """The ID is that of a booking, and the same customer stands in several rows."""
    header = (
        "Booking id|Booking start date time|Booking end date time|Full name|Email|Phone|Company name|Address|Apt|City"
        "|State|Zip/Postal code|Service|Industry|Frequency|Payment method|Provider details|Transaction id"
    )
    row = {"Booking id": "100", "Full name": "Ann Lee", "Email": "ann@x.com", "Phone": "206-555-0101", "Apt": "2"}
    row |= {"Address": "1 Elm St", "City": "Seattle", "State": "WA", "Zip/Postal code": "98101", "Service": "Deep"}
    fields = {"first_name": "Ann", "last_name": "Lee", "email": "ann@x.com", "phone": "206-555-0101"}
    fields |= {"address": "1 Elm St, 2", "city": "Seattle", "state": "WA", "zip": "98101"}
    assert read(tmp_path, header, row, row | {"Booking id": "101"}) == [fields, fields]


@pytest.mark.parametrize(
    ("header", "cells", "fields"),
    [
        ("Client #|Client Name|E-Mail(s)|Cell #", "7|Ann Lee|a@x.com|206-555-0101", "7|Ann|Lee|a@x.com|206-555-0101"),
        ("Cust ID|ContactName|contactEmail|homePhone", "7|Ann Lee|a@x.com|1 2", "7|Ann|Lee|a@x.com|1 2"),
        ("Account No.|Client Full Name|user_email|Phone (Home)", "7|Ann Lee|a@x.com|1 2", "7|Ann|Lee|a@x.com|1 2"),
        ("Customer #|Name (First)|Name (Last)|Primary Email", "7|Ann|Lee|a@x.com", "7|Ann|Lee|a@x.com"),
        ("Booking ID|Contact Person|Main Contact E-mail", "7|Ann Lee|a@x.com", "7|Ann|Lee|a@x.com"),
        ("*ContactName|AccountNumber|EmailAddress|MobileNumber", "Ann Lee|7|a@x.com|1 2", "7|Ann|Lee|a@x.com|1 2"),
    ],
)
def test_titles_that_no_list_has(tmp_path: Path, header: str, cells: str, fields: str) -> None:
    """Words of their own, before and behind."""
    row = dict(zip(header.split("|"), cells.split("|"), strict=True))
    names = ("external_id", "first_name", "last_name", "email", "phone")
    assert read(tmp_path, header, row) == [dict(zip(names, fields.split("|"), strict=False))]
