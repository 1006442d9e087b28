"""Given names that one person goes by."""

from functools import cache

# One line a person: every name on it can be the same one's. A name may stand on several lines (Alex, Chris, Pat):
# it then goes with each of them, but does not join them.
_LINES = """
abigail abby gail
abraham abe bram
albert al bert
alexander alex alec sandy xander sasha
alexandra alexandria alex sandra lexi sasha
alfred al alf fred
alice ali allie
allison alison ali allie
amanda mandy
andrea andi
andrew andy drew
angela angie
anthony antony tony
antonio tony toni
barbara barb babs barbie
benjamin ben benny benji
bernard bernie
beverly bev
bradley brad
calvin cal
cameron cam
carolyn caroline carol carrie
catherine katherine kathryn katharine cathy kathy kate katie kat kit kitty cate
charles charlie chuck chas chaz
charlotte charlie lottie char
christian chris
christina christine kristina kristine chris tina chrissy christy kris
christopher chris kit topher
cynthia cindy
daniel dan danny
danielle dani
david dave davey
deborah debra deb debbie
dennis denny
diana diane di
dominic dominick dom nick
donald don donnie
dorothy dot dottie dolly
douglas doug
edward ed eddie ted ned
eleanor ellie nell nora
elizabeth elisabeth eliza liz lizzie beth betty betsy libby ellie
emily em emmy
eugene gene
evelyn eve evie
frances fran frannie
francis frank fran
franklin frank
francisco paco pancho frank
frederick frederic fred freddie freddy
gabriel gabe
gabrielle gabriella gabby
gerald gerry jerry
gerard gerry jerry
gregory greg
guadalupe lupe lupita
gwendolyn gwen
harold harry hal
helen nell
henry hank harry hal
herbert herb bert
isabella isabel isabelle bella izzy belle
jacob jake
jacqueline jackie
james jim jimmy jamie
janet jan
jasmine jas
jeffrey geoffrey jeff geoff
jennifer jen jenny jenn
jeremiah jerry
jeremy jerry
jessica jess jessie
jesus chuy
joanna joanne jo
john johnny jack
jonathan jon jonny johnny
jose pepe
joseph joe joey
josephine jo josie
joshua josh
judith judy
julia julie jules
katelyn kaitlyn caitlin kate katie
kenneth ken kenny
kimberly kim kimmy
lawrence laurence larry
leonard leo len lenny
leroy lee roy
lillian lily lil
louis luis lou louie
lucille lucy
luis lou
madeline maddie
margaret meg maggie peggy marge margie greta rita
marjorie marge margie
martha marty
martin marty
matthew matt matty
maxwell max
maximilian max
megan meg
melissa mel missy
michael mike mikey mick micky
michelle shelly
mitchell mitch
nancy nan
natalie nat
nathan nate nat
nathaniel nate nathan nat
nicholas nicolas nick nicky
nicole nicki nikki
oliver ollie
olivia liv livvy
pamela pam
patricia pat patty trish tricia
patrick pat paddy
peter pete
philip phillip phil
priscilla cilla
rachel rae
raymond ray
rebecca becky becca
reginald reggie reg
richard rick ricky dick rich richie
robert rob robbie bob bobby bert
roberta bobbie
roberto beto
rodney rod
roger rog
ronald ron ronnie
rosemary rose rosie
rudolph rudy
russell russ
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sara sally sadie
sebastian seb
sharon shari
sidney sid
solomon sol
sophia sofia sophie
stanley stan
stephanie steph
stephen steven steve stevie
susan suzanne susanna sue suzy susie
sylvester sly
tamara tammy
teresa theresa terry teri tess
terrence terence terry
thaddeus thad tad
theodore ted teddy theo
thomas tom tommy
timothy tim timmy
tobias toby
valerie val
veronica ronnie vera
victor vic
victoria vicky vicki tori
vincent vince vinny
virginia ginny
walter walt
wesley wes
wilfred will fred
william will willie bill billy
zachary zack zach
"""

# Names that one letter turns into another name, and that stand on no line above.
_LOOK_ALIKE = """
joan jean jane jan june joann maria marie mario mary maya myra mara marla marion marian miriam karen karin koren
karl carl carla carlo ann anna anne ana ada ida eva ava ella ellen helen elsa elisa alma elma emma erma irma
jason mason dylan aaron darin darren warren larry harry barry gary jerry perry kerry terri shari sheri cheri
joyce royce bryan ryan bryce brice bruce kelly kelli nelly shelly tina nina gina dina lisa lina luna lena gena
dora dona nora cora laura lara dana dane dean gene glen glenn ross rose roy ray jay kay fay may mae rae
juan jose joel noel noah jonas tomas lucas lukas luis louis louise lois carol karol darla marlo arlo
erin eric erik erica erika devin kevin gavin calvin alvin melvin marvin mervin delia celia lelia amelia emelia
jesus julio julia julie juliet hanna hannah sara sarah alan allan allen alana alena elena selena
"""


@cache
def _lines_of() -> dict[str, set[int]]:
    lines: dict[str, set[int]] = {}
    for number, line in enumerate(_LINES.split("\n")):
        for name in line.split():
            lines.setdefault(name, set()).add(number)
    return lines


def share_a_nickname(one: str, other: str) -> bool:
    """Tell whether two folded given names can be one person's."""
    lines = _lines_of()
    return not lines.get(one, set()).isdisjoint(lines.get(other, set()))


def is_known(name: str) -> bool:
    """Tell whether a folded word is a given name of these lists."""
    return name in _lines_of() or name in _look_alikes()


@cache
def _look_alikes() -> frozenset[str]:
    return frozenset(_LOOK_ALIKE.split())
